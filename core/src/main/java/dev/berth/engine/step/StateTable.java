package dev.berth.engine.step;

import dev.berth.domain.DomainState;
import java.util.EnumSet;
import java.util.Set;

/**
 * The state × state table: which changes of state can happen. Pure.
 *
 * <pre>
 *              ┌────────────────────── adopting ◄── connection lost, host restarted
 *              ▼ what QEMU says           │ cannot be proved ours
 *  shutoff ──► paused ◄──► running        ▼
 *    ▲           │ ▲          │ │      no state
 *    │           ▼ │          ▼ ▼
 *    │        crashed ◄── panic, pmsuspended ◄── suspend
 *    └── shutdown ◄── the guest ended; from every state when QEMU ends
 * </pre>
 *
 * <p>Reasons may change within a state. {@code adopting} and {@code no state} are only published,
 * never persisted: a restarted host finds them out again. A domain that is shut off on record is
 * adopting when a launch is on record all the same, as a rebuilt store can have it.
 */
public final class StateTable {
  private static final Set<DomainState> WITH_MACHINE =
      EnumSet.of(
          DomainState.RUNNING,
          DomainState.PAUSED,
          DomainState.SHUTDOWN,
          DomainState.CRASHED,
          DomainState.PMSUSPENDED);

  private StateTable() {}

  /** Whether a domain can go from one state to the other. */
  public static boolean allows(DomainState from, DomainState to) {
    if (from == to) {
      return true;
    }
    return switch (from) {
      case SHUTOFF -> to == DomainState.PAUSED || to == DomainState.ADOPTING;
      case ADOPTING, NOSTATE -> true;
      case RUNNING, PAUSED, CRASHED, PMSUSPENDED -> to != DomainState.NOSTATE;
      case SHUTDOWN -> to == DomainState.SHUTOFF || to == DomainState.ADOPTING;
    };
  }

  /** Whether a domain in that state has a machine that answers to verbs. */
  static boolean hasMachine(DomainState state) {
    return WITH_MACHINE.contains(state);
  }
}
