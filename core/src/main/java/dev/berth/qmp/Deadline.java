package dev.berth.qmp;

import java.time.Duration;

/**
 * A moment on the monotonic clock until which a caller is willing to wait. Immutable; travels
 * through nested calls, which a duration cannot without growing.
 */
public final class Deadline {
  private static final Deadline NONE = new Deadline(0, false);

  private final long atNanos;
  private final boolean limited;

  private Deadline(long atNanos, boolean limited) {
    this.atNanos = atNanos;
    this.limited = limited;
  }

  /** So long from now; a duration beyond 146 years is as good as none. */
  public static Deadline of(Duration fromNow) {
    if (fromNow.compareTo(Duration.ofNanos(Long.MAX_VALUE / 2)) > 0) {
      return NONE;
    }
    return new Deadline(System.nanoTime() + Math.max(0, fromNow.toNanos()), true);
  }

  /** Never. */
  public static Deadline none() {
    return NONE;
  }

  /** Whether this deadline ever passes. */
  public boolean isLimited() {
    return limited;
  }

  /** Whether it has passed. */
  public boolean hasPassed() {
    return limited && atNanos - System.nanoTime() <= 0;
  }

  /** The time left, zero when it has passed; about 292 years when there is no limit. */
  public Duration remaining() {
    return Duration.ofNanos(remainingNanos());
  }

  /** The nanoseconds left, 0 when it has passed, {@link Long#MAX_VALUE} when there is no limit. */
  public long remainingNanos() {
    return limited ? Math.max(0, atNanos - System.nanoTime()) : Long.MAX_VALUE;
  }

  @Override
  public String toString() {
    return limited ? "in " + remaining() : "never";
  }
}
