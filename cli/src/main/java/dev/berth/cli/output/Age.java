package dev.berth.cli.output;

import java.time.Duration;

/** Durations in the few characters that a table has room for. */
public final class Age {

  private Age() {}

  /**
   * The two largest units of a duration: {@code 42s}, {@code 3m5s}, {@code 2h10m}, {@code 9d4h}.
   */
  public static String text(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return two(seconds / 60, "m", seconds % 60, "s");
    }
    if (seconds < 86_400) {
      return two(seconds / 3600, "h", seconds % 3600 / 60, "m");
    }
    return two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
  }

  private static String two(long large, String largeUnit, long small, String smallUnit) {
    return small == 0 ? large + largeUnit : large + largeUnit + small + smallUnit;
  }
}
