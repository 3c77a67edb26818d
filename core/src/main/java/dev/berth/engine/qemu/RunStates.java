package dev.berth.engine.qemu;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import java.time.Instant;
import java.util.Optional;

/**
 * What QEMU's run state means for a domain. Pure.
 *
 * <p>The run state alone is not enough: {@code paused} does not say who paused, and {@code running}
 * not since what. The status before decides where it can.
 */
public final class RunStates {
  private RunStates() {}

  /**
   * The status of a domain whose QEMU is in that run state.
   *
   * @param runState QAPI {@code RunState}, e.g. {@code running}; unknown ones are shown as they are
   * @param panicked whether QEMU has reported a panic of this guest since its last reset
   * @param before the status so far, kept when nothing has changed
   */
  public static DomainStatus interpret(
      String runState, boolean panicked, DomainStatus before, Instant now) {
    DomainStatus next =
        switch (runState) {
          case "running" -> DomainStatus.of(DomainState.RUNNING, running(before), now);
          case "paused" -> paused(before, now);
          case "prelaunch" -> DomainStatus.of(DomainState.PAUSED, StateReason.USER, now);
          case "finish-migrate", "postmigrate" -> standing(before, StateReason.SAVING, now);
          case "inmigrate" -> standing(before, StateReason.MIGRATING, now);
          case "io-error" -> DomainStatus.of(DomainState.PAUSED, StateReason.IOERROR, now);
          case "save-vm" -> DomainStatus.of(DomainState.PAUSED, StateReason.DUMPING, now);
          case "watchdog" -> DomainStatus.of(DomainState.PAUSED, StateReason.WATCHDOG, now);
          case "guest-panicked" -> DomainStatus.of(DomainState.CRASHED, StateReason.PANICKED, now);
          case "suspended" -> DomainStatus.of(DomainState.PMSUSPENDED, StateReason.UNKNOWN, now);
          case "shutdown" ->
              panicked
                  ? DomainStatus.of(DomainState.CRASHED, StateReason.PANICKED, now)
                  : DomainStatus.of(DomainState.SHUTDOWN, StateReason.SHUTDOWN, now);
          default ->
              new DomainStatus(
                  DomainState.PAUSED, StateReason.QEMU, Optional.of("QEMU is " + runState), now);
        };
    return isSame(next, before) ? before : next;
  }

  private static StateReason running(DomainStatus before) {
    return switch (before.state()) {
      case RUNNING -> before.reason();
      case PAUSED ->
          before.reason() == StateReason.STARTING_UP ? StateReason.BOOTED : StateReason.UNPAUSED;
      case PMSUSPENDED -> StateReason.WAKEUP;
      case SHUTOFF, CRASHED, SHUTDOWN -> StateReason.BOOTED;
      case ADOPTING, NOSTATE -> StateReason.UNKNOWN;
    };
  }

  /** Paused because somebody asked, unless it stands already for another reason. */
  private static DomainStatus paused(DomainStatus before, Instant now) {
    return before.state() == DomainState.PAUSED && before.reason() != StateReason.STARTING_UP
        ? before
        : DomainStatus.of(DomainState.PAUSED, StateReason.USER, now);
  }

  /** QEMU stands like this while, and after, it has written its state; and while it loads one. */
  private static DomainStatus standing(DomainStatus before, StateReason reason, Instant now) {
    return before.state() == DomainState.PAUSED
        ? before
        : DomainStatus.of(DomainState.PAUSED, reason, now);
  }

  /** A run state without words of its own leaves those that there are. */
  private static boolean isSame(DomainStatus next, DomainStatus before) {
    return next.state() == before.state()
        && next.reason() == before.reason()
        && (next.detail().isEmpty() || next.detail().equals(before.detail()));
  }
}
