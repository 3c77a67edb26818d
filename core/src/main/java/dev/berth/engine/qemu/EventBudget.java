package dev.berth.engine.qemu;

import java.time.Duration;
import java.time.Instant;

/**
 * How much of something a guest may cause: so many times at once, and then once each period. It
 * bounds what of a guest's doing is recorded, so that one in a reset loop cannot push everybody's
 * history out of the store, and how often it makes its driver ask. Owned by the driver.
 */
public final class EventBudget {
  private static final int BURST = 20;
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private double tokens = BURST;
  private Instant last;

  public EventBudget(Instant now) {
    this.last = now;
  }

  /** Whether it may be once more now. */
  public boolean spend(Instant now) {
    double earned =
        (double) Math.max(0, Duration.between(last, now).toMillis()) / PERIOD.toMillis();
    tokens = Math.min(BURST, tokens + earned);
    last = now;
    if (tokens < 1) {
      return false;
    }
    tokens -= 1;
    return true;
  }
}
