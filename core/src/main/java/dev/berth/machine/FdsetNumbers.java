package dev.berth.machine;

import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who numbers QEMU's fdsets: those below {@link #FIRST_BY_HAND} are the host's own, in the order of
 * their planning; what somebody gives by hand has a number from there on. So the two never meet,
 * and of a machine that was adopted the number alone tells whose a set is. Pure.
 */
public final class FdsetNumbers {
  /** Far more than a machine has images. */
  public static final int FIRST_BY_HAND = 10_000;

  private static final Pattern INHERITED = Pattern.compile("fd=\\d+,set=(\\d+)");

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

  /** The sets that a machine has on record. */
  public static Set<Integer> of(LaunchRecord launch) {
    Set<Integer> numbers = new HashSet<>(of(launch.assembly()));
    for (String word : launch.argv()) {
      Matcher inherited = INHERITED.matcher(word);
      if (inherited.matches()) {
        numbers.add(Integer.parseInt(inherited.group(1)));
      }
    }
    return numbers;
  }

  /** The sets that those steps fill. */
  private static Set<Integer> of(List<AssemblyStep> steps) {
    Set<Integer> numbers = new HashSet<>();
    for (AssemblyStep step : steps) {
      if (step instanceof PassFile pass) {
        numbers.add(pass.fdset());
      } else if (step instanceof PassGivenFile pass) {
        numbers.add(pass.fdset());
      }
    }
    return numbers;
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
