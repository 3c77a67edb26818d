package dev.berth.engine.migration;

import dev.berth.migration.SavedMachine.Guest;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a QEMU can have a guest change hosts that somebody has paused. Pure.
 *
 * <p>It is to take images over, and to take them back, while the guest stands. QEMU before 10.0
 * does so only as it lets the guest go on, and before 9.0 it keeps one that it could not send from
 * being sent again.
 */
public final class PausedGuests {
  /** QEMU's run states of a guest that somebody has paused, or that has never run. */
  private static final Set<String> PAUSED = Set.of("paused", "prelaunch");

  private static final int FIRST_THAT_CAN = 10;

  private PausedGuests() {}

  /** Whether what QEMU says of a guest fits to that. */
  public static boolean isSo(Guest guest, String runState) {
    return switch (guest) {
      case RUNNING -> runState.equals("running");
      case PAUSED -> PAUSED.contains(runState);
    };
  }

  /**
   * Why not; empty when it can, or need not.
   *
   * @param version of QEMU, as {@code 7.2.22}
   * @param where it is, in a word or two
   */
  public static Optional<String> obstacle(Guest guest, String version, String where) {
    boolean can = Integer.parseInt(version.split("[.]", 2)[0]) >= FIRST_THAT_CAN;
    return guest == Guest.RUNNING || can
        ? Optional.empty()
        : Optional.of(
            "its guest is paused, and QEMU "
                + version
                + " "
                + where
                + " moves no paused guest (10.0 and newer do, at both hosts); resume it first");
  }
}
