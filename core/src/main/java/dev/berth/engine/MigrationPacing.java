package dev.berth.engine;

import static dev.berth.engine.MigrationRow.phase;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.InvalidStateException;
import dev.berth.host.MigrationLimit;
import dev.berth.host.MigrationPace;
import dev.berth.job.JobId;
import dev.berth.migration.SourcePhase;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How fast migrations are sent, and for how long. In the driver's turns.
 *
 * <p>Until when one has time is on record by the host's clock, which may be wrong. So as long as
 * this process lives its own timer alone counts; and one that is found again has never more time
 * left than it had in the beginning, whatever the clock says.
 */
final class MigrationPacing {
  /** The phases in which there is something to set. */
  private static final Set<SourcePhase> PACED =
      Set.of(SourcePhase.COPYING, SourcePhase.TRANSFERRING);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MigrationCourse course;
  private Optional<JobId> timed = Optional.empty();

  MigrationPacing(HostServices host, Mailbox mailbox, Ledger ledger, MigrationCourse course) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.course = course;
  }

  // ---- for how long

  /** Sees to it that a migration has no more time than it was given, from now on. */
  void time(KeptJob job) {
    Optional<MigrationLimit> limit = MigrationRow.limit(job);
    JobId id = job.job().id();
    if (limit.isEmpty() || MigrationRow.isForced(job) || timed.equals(Optional.of(id))) {
      return;
    }
    timed = Optional.of(id);
    Duration left = Duration.between(host.now(), MigrationRow.until(job));
    Duration within = limit.get().within();
    Duration bounded = left.compareTo(within) > 0 ? within : left;
    host.timers()
        .after(
            bounded.isNegative() ? Duration.ZERO : bounded,
            () -> mailbox.event(() -> passed(id, limit.get())));
  }

  private CompletionStage<?> passed(JobId id, MigrationLimit limit) {
    timed = Optional.empty(); // what cannot be put on record now is tried again, without time left
    Optional<KeptJob> job =
        ledger
            .jobs()
            .find(id)
            .filter(KeptJob::isRunning)
            .filter(
                it ->
                    Set.of(SourcePhase.PREPARING, SourcePhase.COPYING, SourcePhase.TRANSFERRING)
                        .contains(phase(it)));
    if (job.isEmpty()) {
      return Mailbox.DONE; // it is at its switch, or behind it
    }
    return switch (limit.then()) {
      case CANCEL ->
          course.back(
              job.get(),
              MigrationRow.NOT_IN_TIME,
              "it was not at its switch within " + limit.within().toSeconds() + " s");
      case PAUSE_GUEST -> course.next(job.get(), MigrationRow.forced(job.get()));
    };
  }

  // ---- how fast

  /** Tells QEMU what is on record of it; what it does not take now it is told again. */
  void tell(Lifecycle.Active active, KeptJob job) {
    say(active.machine().qmp(), job)
        .exceptionally(lost -> null); // its connection is, and the next adoption tells it again
  }

  /** Images and memory are as fast, each; several images share that. */
  private static CompletableFuture<Void> say(QmpConnection qmp, KeptJob job) {
    List<CompletableFuture<?>> said = new ArrayList<>();
    if (phase(job) == SourcePhase.TRANSFERRING) {
      said.add(qmp.send(MigrationSteps.pace(job)));
    }
    if (PACED.contains(phase(job))) {
      StorageSteps.pace(job).forEach(speed -> said.add(qmp.send(speed)));
    }
    return CompletableFuture.allOf(said.toArray(CompletableFuture[]::new));
  }

  /**
   * Sets it anew; completes when QEMU has taken it.
   *
   * @throws InvalidStateException when QEMU neither sends nor copies
   */
  CompletionStage<?> set(MigrationPace pace, String actor, CompletableFuture<Void> answer) {
    Optional<KeptJob> sent =
        MigrationRow.running(ledger).stream().filter(job -> PACED.contains(phase(job))).findFirst();
    Optional<Lifecycle.Active> active = sent.flatMap(course::active);
    if (active.isEmpty()) {
      throw new InvalidStateException(
          "There is no migration of domain '"
              + ledger.name()
              + "' that is being sent. See 'vmctl job list'.");
    }
    if (MigrationRow.isForced(sent.get()) && pace.downtime().isPresent()) {
      throw new InvalidStateException(
          "Job "
              + sent.get().job().id()
              + " has no time left: its guest stands as soon as QEMU can have it stand.");
    }
    KeptJob next = MigrationRow.at(pace, sent.get());
    return ledger
        .request(Step.by(actor).job(next))
        .thenRun(
            () ->
                take(active.get(), next)
                    .whenComplete(
                        (done, failure) -> {
                          if (failure == null) {
                            answer.complete(null);
                          } else {
                            answer.completeExceptionally(Answers.cause(failure));
                          }
                        }));
  }

  /** What is about to copy images is told once it has begun to. */
  private CompletableFuture<Void> take(Lifecycle.Active active, KeptJob job) {
    return phase(job) == SourcePhase.COPYING && course.isBusy(job)
        ? CompletableFuture.completedFuture(null)
        : say(active.machine().qmp(), job);
  }
}
