package dev.berth.domain;

import dev.berth.api.Api;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes, never negative. Texts carry a binary unit: {@code 512MiB}, {@code 4GiB}. */
@Api(since = "0.1")
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,19})\\s*(B|KiB|MiB|GiB|TiB|PiB)");
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  /** A checked size. */
  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size is never negative: " + bytes);
    }
  }

  /** That many mebibytes. */
  public static ByteSize mebibytes(long count) {
    return new ByteSize(Math.multiplyExact(count, 1L << 20));
  }

  /**
   * The size that text means, or empty when it is none, lacks its unit or exceeds 2^63 - 1 bytes.
   */
  public static Optional<ByteSize> parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ByteSize(
              Math.multiplyExact(Long.parseLong(matcher.group(1)), unitBytes(matcher.group(2)))));
    } catch (ArithmeticException | NumberFormatException tooLarge) {
      return Optional.empty();
    }
  }

  private static long unitBytes(String unit) {
    for (int i = 0; i < UNITS.length; i++) {
      if (UNITS[i].equals(unit)) {
        return 1L << (10 * i);
      }
    }
    throw new IllegalArgumentException(unit);
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The size in the largest unit that divides it: {@code 512MiB}, {@code 1000B}. */
  @Override
  public String toString() {
    int unit = 0;
    long value = bytes;
    while (unit < UNITS.length - 1 && value != 0 && value % 1024 == 0) {
      value /= 1024;
      unit++;
    }
    return value + UNITS[unit];
  }
}
