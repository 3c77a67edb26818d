package dev.berth.domain;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: a whole number and its unit, {@code 250ms}, {@code 10s}, {@code
 * 5m}.
 */
public final class DurationText {
  /** What a duration looks like, for messages. */
  public static final String RULE = "a whole number with the unit ms, s, m, h or d, such as 10s";

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})(ms|s|m|h|d)");

  private static final List<Unit> UNITS =
      List.of(
          new Unit("d", Duration.ofDays(1)),
          new Unit("h", Duration.ofHours(1)),
          new Unit("m", Duration.ofMinutes(1)),
          new Unit("s", Duration.ofSeconds(1)),
          new Unit("ms", Duration.ofMillis(1)));

  private DurationText() {}

  /**
   * The duration that the text means; empty when it is none, lacks its unit, or exceeds 2^63 - 1
   * milliseconds, so that what is returned always fits {@link Duration#toMillis()}.
   */
  public static Optional<Duration> parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    return UNITS.stream()
        .filter(unit -> unit.name().equals(matcher.group(2)))
        .filter(unit -> count <= Long.MAX_VALUE / unit.length().toMillis())
        .map(unit -> unit.length().multipliedBy(count))
        .findFirst();
  }

  /**
   * The duration in the largest unit that divides it, as {@link #parse} reads it.
   *
   * @throws IllegalArgumentException when it is negative or no whole number of milliseconds
   */
  public static String print(Duration duration) {
    if (duration.isNegative() || duration.toNanosPart() % 1_000_000 != 0) {
      throw new IllegalArgumentException("not a whole number of milliseconds: " + duration);
    }
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    Unit unit =
        UNITS.stream()
            .filter(candidate -> millis % candidate.length().toMillis() == 0)
            .findFirst()
            .orElseThrow();
    return millis / unit.length().toMillis() + unit.name();
  }

  private record Unit(String name, Duration length) {}
}
