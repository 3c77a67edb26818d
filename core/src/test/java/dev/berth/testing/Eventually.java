package dev.berth.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits until something holds, with a deadline that is far beyond what anything here takes. */
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(2);

  /** Checks something. */
  public interface Check {
    void run() throws Exception;
  }

  private Eventually() {}

  /** Returns as soon as the check passes; fails as it does when it never passes. */
  public static void eventually(Check check) {
    long start = System.nanoTime();
    while (true) {
      try {
        check.run();
        return;
      } catch (Exception | AssertionError failure) {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw new AssertionError("it never came true: " + failure.getMessage(), failure);
        }
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
