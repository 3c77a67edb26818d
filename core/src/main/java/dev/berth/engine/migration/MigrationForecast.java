package dev.berth.engine.migration;

/**
 * Whether a migration comes to its switch by itself, from how much each round of QEMU's has to
 * send: what the guest has written during the round before. It does not as soon as three rounds in
 * a row had no less to send than the one before each, and may again once three in a row had less;
 * so that one round says nothing, and what is said is not taken back at once. Pure; not
 * thread-safe.
 */
public final class MigrationForecast {
  private static final int ROUNDS = 3;

  /** Of the round before: less than that is less. */
  private static final double LESS = 0.9;

  private long round;
  private long toSend;
  private long before;
  private long throttle;
  private int noLess;
  private int less;
  private boolean endless;

  /**
   * How it is now.
   *
   * @param now QEMU's number of the round; those in between may have gone unseen
   * @param remaining bytes that are to be sent
   * @param throttlePercent how much the guest's CPUs are slowed down
   */
  public void see(long now, long remaining, long throttlePercent) {
    if (now == round) {
      toSend = Math.max(toSend, remaining);
      return;
    }
    boolean isSlowed = throttlePercent > throttle; // what was so before says nothing then
    if (before > 0) {
      compare(isSlowed);
    }
    before = toSend;
    toSend = remaining;
    round = now;
    throttle = throttlePercent;
  }

  private void compare(boolean isSlowed) {
    if (isSlowed || toSend < before * LESS) {
      less++;
      noLess = 0;
    } else {
      noLess++;
      less = 0;
    }
    endless = endless ? less < ROUNDS : noLess >= ROUNDS;
  }

  /** Whether it goes on without end, as far as can be told. */
  public boolean isEndless() {
    return endless;
  }
}
