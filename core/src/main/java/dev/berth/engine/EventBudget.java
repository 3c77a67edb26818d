package dev.berth.engine;

import java.time.Duration;
import java.time.Instant;

/**
 * How many durable events a guest may cause: so many at once, and then one each period. What is
 * over budget is not recorded, so that a guest in a reset loop cannot push everybody's history out
 * of the store. Owned by the driver.
 */
final class EventBudget {
  private static final int BURST = 20;
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private double tokens = BURST;
  private Instant last;

  EventBudget(Instant now) {
    this.last = now;
  }

  /** Whether one more event may be recorded now. */
  boolean spend(Instant now) {
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
