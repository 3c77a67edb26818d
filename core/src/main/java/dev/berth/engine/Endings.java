package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.Failure;
import dev.berth.machine.ProcessExit;
import java.time.Instant;
import java.util.Optional;

/** What a domain is after its QEMU is gone. Pure. */
final class Endings {
  private Endings() {}

  /**
   * The status after the process of that lifecycle ended.
   *
   * @param last the last status on record
   */
  static DomainStatus of(Lifecycle before, DomainStatus last, ProcessExit exit, Instant now) {
    if (before instanceof Lifecycle.Ending ending) {
      return switch (ending.end().cause()) {
        case GUEST_SHUTDOWN -> off(StateReason.SHUTDOWN, Optional.empty(), now);
        case DESTROY -> off(StateReason.DESTROYED, Optional.of(ending.end().manner().text()), now);
        case SAVED -> off(StateReason.SAVED, Optional.empty(), now);
        case MIGRATED -> off(StateReason.MIGRATED, Optional.empty(), now);
        case NOT_TAKEN ->
            off(
                StateReason.FAILED,
                Optional.of("its guest stays at the host that it was to come from"),
                now);
        case RESTART ->
            off(
                StateReason.CRASHED,
                Optional.of("the guest had panicked; its machine was ended to start it again"),
                now);
        case START_UNDONE ->
            off(
                StateReason.FAILED,
                Optional.of("the host process ended during the start; the guest never ran"),
                now);
        case START_UNRECORDED ->
            off(
                StateReason.FAILED,
                Optional.of("the store did not take the start; the guest never ran"),
                now);
      };
    }
    boolean fromOutside =
        before instanceof Lifecycle.Active active && active.watch().endedFromOutside();
    return unexpected(last, exit, fromOutside, now);
  }

  /**
   * The status after a process ended that nobody here had told to.
   *
   * @param fromOutside whether QEMU itself announced that it was told to end
   */
  static DomainStatus unexpected(
      DomainStatus last, ProcessExit exit, boolean fromOutside, Instant now) {
    if (last.state() == DomainState.SHUTDOWN) {
      return off(StateReason.SHUTDOWN, Optional.empty(), now);
    }
    boolean clean = exit.exitCode().isPresent() && exit.exitCode().getAsInt() == 0;
    if (fromOutside || clean) {
      return off(StateReason.DESTROYED, Optional.of("QEMU was told to end by somebody else"), now);
    }
    return off(StateReason.CRASHED, Optional.of("QEMU ended unexpectedly: " + exit.text()), now);
  }

  /** Whether an end that nobody here had told is a failure. */
  static Optional<Failure> failure(DomainStatus after, ProcessExit exit) {
    if (after.reason() != StateReason.CRASHED) {
      return Optional.empty();
    }
    Failure.Kind kind =
        exit.equals(ProcessExit.UNKNOWN) ? Failure.Kind.UNKNOWN_END : Failure.Kind.QEMU_DIED;
    return Optional.of(new Failure(kind, after.detail().orElse("QEMU ended unexpectedly")));
  }

  /** Whose doing the end was. */
  static String actor(Lifecycle before) {
    return before instanceof Lifecycle.Ending ending ? ending.end().actor() : Actors.QEMU;
  }

  private static DomainStatus off(StateReason reason, Optional<String> detail, Instant now) {
    return new DomainStatus(DomainState.SHUTOFF, reason, detail, now);
  }
}
