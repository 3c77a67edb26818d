package dev.berth.engine;

import static dev.berth.engine.MigrationRow.phase;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.step.Failure;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.SourcePhase;
import java.util.Optional;
import java.util.Set;

/**
 * What a domain is at the host that its guest comes from: while that changes hosts, and once it is
 * gone or lost. In the driver's turns.
 */
final class MigratedDomain {
  private final HostServices host;
  private final Ledger ledger;

  MigratedDomain(HostServices host, Ledger ledger) {
    this.host = host;
    this.ledger = ledger;
  }

  /** The status with its reason, while the guest changes hosts. */
  DomainStatus named(DomainStatus status) {
    boolean stands = status.state() == DomainState.PAUSED && status.reason() == StateReason.SAVING;
    return stands && !MigrationRow.running(ledger).isEmpty()
        ? new DomainStatus(status.state(), StateReason.MIGRATING, status.detail(), status.since())
        : status;
  }

  /** Whether the step by which the switch begins is about to put on record that it stands. */
  boolean isAboutToSwitch(LaunchRecord launch, DomainStatus status) {
    return status.state() == DomainState.PAUSED
        && status.reason() == StateReason.MIGRATING
        && MigrationRow.running(ledger).stream()
            .anyMatch(
                job -> phase(job) == SourcePhase.TRANSFERRING && MigrationRow.isOf(launch, job));
  }

  /** The step, with a guest that stands for the switch. */
  Step standing(Step step) {
    DomainState state = ledger.status().state();
    if (state == DomainState.RUNNING || ledger.status().reason() == StateReason.SAVING) {
      step.status(DomainStatus.of(DomainState.PAUSED, StateReason.MIGRATING, host.now()));
    }
    return step;
  }

  /** Whether the guest does not do what it did, by something else than the migration. */
  boolean hasChanged(KeptJob job) {
    return switch (MigrationRow.guest(job)) {
      case RUNNING -> hasStopped();
      case PAUSED ->
          ledger.status().state() != DomainState.PAUSED
              || ledger.status().reason() != StateReason.USER;
    };
  }

  private boolean hasStopped() {
    DomainStatus status = ledger.status();
    return switch (status.state()) {
      case PMSUSPENDED, CRASHED -> true;
      case PAUSED ->
          status.reason() != StateReason.SAVING && status.reason() != StateReason.MIGRATING;
      default -> false;
    };
  }

  /**
   * The step, with a guest that stays: one that somebody has paused is so as before.
   *
   * @param isSpent whether its QEMU sends it no more before it has gone on
   */
  Step returned(Step step, KeptJob job, boolean isSpent) {
    DomainStatus status = ledger.status();
    if (MigrationRow.guest(job) != Guest.PAUSED || status.state() != DomainState.PAUSED) {
      return step;
    }
    Optional<String> detail =
        isSpent
            ? Optional.of(
                "its QEMU has sent it once, and neither moves nor saves it before it was resumed")
            : Optional.empty();
    DomainStatus paused =
        new DomainStatus(DomainState.PAUSED, StateReason.USER, detail, status.since());
    return paused.equals(status) ? step : step.status(paused);
  }

  /** Shows that a guest which was handed over stands until its target says more than that. */
  void showWaiting(KeptJob job, String detail) {
    ledger.show(
        new DomainStatus(
            DomainState.PAUSED,
            StateReason.MIGRATING,
            Optional.of(
                "its guest was handed over to "
                    + MigrationRow.target(job)
                    + ", and "
                    + detail
                    + ". 'vmctl migration resolve' decides if it never will"),
            ledger.status().since()));
  }

  /**
   * Somebody ends the machine by that step: a guest that is still this host's does not go on
   * elsewhere then, and one that comes back is not started again.
   */
  Step destroyed(Step step, String actor) {
    for (KeptJob job : MigrationRow.running(ledger)) {
      if (phase(job) == SourcePhase.SENT) {
        step.job(
            MigrationRow.telling(
                job, MigrationRow.MACHINE_ENDED, "the domain was destroyed by " + actor));
      } else if (phase(job) == SourcePhase.HANDED_OVER) {
        step.job(MigrationRow.destroyed(job));
      }
    }
    return step;
  }

  /** What a domain is once its machine is gone, if another host has its guest. */
  Optional<DomainStatus> afterwards(LaunchRecord launch) {
    return MigrationRow.running(ledger).stream()
        .filter(job -> Set.of(SourcePhase.HANDED_OVER, SourcePhase.ENDING).contains(phase(job)))
        .filter(job -> MigrationRow.isOf(launch, job))
        .map(this::gone)
        .findFirst();
  }

  /** What it is once its guest goes on elsewhere. */
  DomainStatus gone(KeptJob job) {
    return new DomainStatus(
        DomainState.SHUTOFF,
        StateReason.MIGRATED,
        Optional.of("to " + MigrationRow.target(job)),
        host.now());
  }

  /** What was taken to go on elsewhere does not: the domain is this host's, and can be started. */
  Step lost(Step step, KeptJob job) {
    DomainStatus status = ledger.status();
    if (status.state() != DomainState.SHUTOFF || status.reason() != StateReason.MIGRATED) {
      return step;
    }
    if (MigrationRow.wasDestroyed(job)) {
      return step.status(
          DomainStatus.of(DomainState.SHUTOFF, StateReason.DESTROYED, status.since()));
    }
    String why = "its guest was lost while it changed hosts";
    return step.status(
            new DomainStatus(
                DomainState.SHUTOFF, StateReason.CRASHED, Optional.of(why), status.since()))
        .failure(new Failure(Failure.Kind.QEMU_DIED, why));
  }
}
