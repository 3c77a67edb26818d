package dev.berth.control;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * Warnings that strangers can cause: some at once, then one in 5 s, which tells how many were left
 * out. Thread-safe.
 */
final class Complaints {
  private static final int AT_ONCE = 20;
  private static final long REFILL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Logger log;
  private int left = AT_ONCE;
  private int unsaid;
  private long refilled = System.nanoTime();

  Complaints(Logger log) {
    this.log = log;
  }

  /** Says it, unless there was too much to say. */
  void say(String what) {
    int before;
    synchronized (this) {
      long refills = (System.nanoTime() - refilled) / REFILL_NANOS;
      refilled += refills * REFILL_NANOS;
      left = (int) Math.min(AT_ONCE, left + refills);
      if (left == 0) {
        unsaid++;
        return;
      }
      left--;
      before = unsaid;
      unsaid = 0;
    }
    log.warn("{}{}", what, before == 0 ? "" : " (" + before + " such lines were left out)");
  }
}
