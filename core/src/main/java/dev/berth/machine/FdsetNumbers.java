package dev.berth.machine;

import java.util.Collection;

/**
 * Who numbers QEMU's fdsets: those below {@link #FIRST_BY_HAND} are the host's own, in the order of
 * their planning; what somebody gives by hand has a number from there on. So the two never meet,
 * and of a machine that was adopted the number alone tells whose a set is. Pure.
 */
public final class FdsetNumbers {
  /** Far more than a machine has images. */
  public static final int FIRST_BY_HAND = 10_000;

  private FdsetNumbers() {}

  /** Whether that is a number of the host's own. */
  public static boolean isOwn(long number) {
    return number < FIRST_BY_HAND;
  }

  /** The number of the host's own set after that one; the first comes after 0. */
  public static int nextOwn(int last) {
    if (last + 1 >= FIRST_BY_HAND) {
      throw new IllegalStateException("a machine has " + last + " fdsets already");
    }
    return last + 1;
  }

  /**
   * The lowest number for a set by hand that comes after that one and is not among those.
   *
   * @param last the last number that was given, 0 when there was none
   */
  public static long nextByHand(long last, Collection<Long> taken) {
    long number = Math.max(FIRST_BY_HAND, last + 1);
    while (taken.contains(number)) {
      number++;
    }
    return number;
  }
}
