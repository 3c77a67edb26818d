package dev.berth.engine.step;

import java.time.Duration;

/** How soon a guest that has not done what it was asked for is asked again. Pure. */
public final class GuestPatience {
  /**
   * Below 10 s a guest with native PCI Express hotplug takes the second request as a withdrawal.
   */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private GuestPatience() {}

  /** How long after that many requests the next one follows. */
  public static Duration pause(int times) {
    return doubled(FIRST_PAUSE, times, LONGEST_PAUSE);
  }

  /** That pause after the first time, and double after each further one. */
  public static Duration doubled(Duration first, int times, Duration longest) {
    Duration pause = first.multipliedBy(1L << Math.min(times - 1, 10));
    return pause.compareTo(longest) < 0 ? pause : longest;
  }
}
