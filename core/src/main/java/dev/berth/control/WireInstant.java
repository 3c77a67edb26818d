package dev.berth.control;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;

/**
 * Instants of the wire, which {@link Instant#toString} has written: {@code
 * 2026-11-26T22:53:02.625798971Z}. The JDK's parser takes all that ISO 8601 allows and needs 15 µs
 * for each in a JVM that has just been started, as that of a short command is; a list of a thousand
 * domains has two thousand. What does not have the usual form is left to the JDK.
 */
final class WireInstant {
  /** {@code 2026-11-26T22:53:02}. */
  private static final int WHOLE_SECONDS_LENGTH = 19;

  private static final int LONGEST_FRACTION = 9;

  /** What stands at each place; {@code 0} for any digit. */
  private static final byte[] SEPARATORS =
      "0000-00-00T00:00:00.000000000".getBytes(StandardCharsets.ISO_8859_1);

  private WireInstant() {}

  /**
   * The instant that the text names.
   *
   * @throws DateTimeParseException when it names none
   */
  static Instant parse(String text) {
    // Not its characters one by one: each is a call of its own until the JVM compiles this.
    byte[] signs = text.getBytes(StandardCharsets.ISO_8859_1);
    if (!isUsual(signs)) {
      return Instant.parse(text);
    }
    try {
      LocalDate day = LocalDate.of(number(signs, 0, 4), number(signs, 5, 7), number(signs, 8, 10));
      long seconds =
          day.toEpochDay() * 86_400
              + number(signs, 11, 13) * 3_600L
              + number(signs, 14, 16) * 60L
              + number(signs, 17, 19);
      return Instant.ofEpochSecond(seconds, nanos(signs));
    } catch (DateTimeException noSuchDay) {
      throw new DateTimeParseException(noSuchDay.getMessage(), text, 0, noSuchDay);
    }
  }

  /** Whether there are digits and separators where they belong, and a time below 24:00:00. */
  private static boolean isUsual(byte[] signs) {
    int zone = signs.length - 1;
    if (zone < WHOLE_SECONDS_LENGTH
        || zone > WHOLE_SECONDS_LENGTH + 1 + LONGEST_FRACTION
        || zone == WHOLE_SECONDS_LENGTH + 1
        || signs[zone] != 'Z') {
      return false;
    }
    for (int i = 0; i < zone; i++) {
      byte separator = SEPARATORS[i];
      byte found = signs[i];
      if (separator == '0' ? found < '0' || found > '9' : found != separator) {
        return false;
      }
    }
    return number(signs, 11, 13) < 24 && number(signs, 14, 16) < 60 && number(signs, 17, 19) < 60;
  }

  private static int number(byte[] digits, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      number = number * 10 + digits[i] - '0';
    }
    return number;
  }

  private static int nanos(byte[] signs) {
    int from = WHOLE_SECONDS_LENGTH + 1;
    int to = signs.length - 1;
    int nanos = from < to ? number(signs, from, to) : 0;
    for (int digits = Math.max(0, to - from); digits < LONGEST_FRACTION; digits++) {
      nanos *= 10;
    }
    return nanos;
  }
}
