package dev.berth.engine;

import static dev.berth.engine.MigrationRow.in;
import static dev.berth.engine.MigrationRow.phase;

import dev.berth.domain.Liveness;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Pace;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.job.Job;
import dev.berth.machine.Machine;
import dev.berth.machine.StreamCredentials;
import dev.berth.machine.StreamKey;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.SourceRules;
import dev.berth.migration.SourceRules.Copies;
import dev.berth.migration.StreamAddress;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.QueryJobs;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * The images that a machine takes along, at the host that it comes from: all of each is copied
 * before its memory is sent, then what the guest writes meanwhile, and the last of that when it
 * stands. Runs in the driver's turns, and holds no thread while QEMU copies.
 */
final class StorageCopying {
  /** For how long QEMU may answer nothing before it is held up; its guest may stand meanwhile. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final JobAside aside;
  private final MigrationPacing pacing;
  private final MigrationCourse course;
  private final QemuWatch<List<JobInfo>> watch;
  private Pace pace = new Pace();

  StorageCopying(
      HostServices host,
      Mailbox mailbox,
      Ledger ledger,
      MachineKeeper keeper,
      JobAside aside,
      MigrationPacing pacing,
      MigrationCourse course) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.aside = aside;
    this.pacing = pacing;
    this.course = course;
    this.watch =
        new QemuWatch<>(
            host, mailbox, keeper, this::ask, active -> watched(active).isPresent(), this::seen);
  }

  /**
   * Begins to copy, or goes on with it.
   *
   * @param key of what goes to another machine; empty when an earlier host's process had it
   */
  void begin(Lifecycle.Active active, KeptJob job, Optional<StreamKey> key) {
    pace = new Pace();
    Machine machine = active.machine();
    aside.run(
        job,
        () -> {
          if (StorageRow.storage(job) instanceof StreamAddress.Port) {
            MigrationSteps.encrypt(
                new StreamCredentials(machine.qmp(), machine.launch().files()), key);
          }
          new StorageSteps(machine.qmp(), job).begin();
        },
        (now, failure) -> begun(active, now, failure));
  }

  private CompletionStage<?> begun(
      Lifecycle.Active active, KeptJob job, Optional<BerthException> failure) {
    if (!MigrationRow.isIn(job, SourcePhase.COPYING) || !course.isThere(job)) {
      return course.takeUp(job); // it is not wanted any more, or its machine has ended
    }
    if (failure.isPresent()) {
      return course.back(job, MigrationRow.REFUSED_BY_QEMU, PeerWords.of(failure.get()));
    }
    pacing.tell(active, job); // it may have been set anew meanwhile, or by a host before
    look(active);
    return Mailbox.DONE;
  }

  /** What is being done for one that is not wanted any more does not wait for the other host. */
  void cut(KeptJob job) {
    if (StorageRow.hasCopies(job) && MigrationRow.isIn(job, SourcePhase.RETURNING)) {
      course.active(job).ifPresent(active -> new StorageSteps(active.machine().qmp(), job).cut());
    }
  }

  /** Asks how far it is, now and as long as it is all that is done. */
  void look(Lifecycle.Active active) {
    watch.look(active);
  }

  private CompletableFuture<List<JobInfo>> ask(QmpConnection qmp) {
    CompletableFuture<List<JobInfo>> answer = qmp.send(new QueryJobs());
    Future<?> alarm =
        host.timers().every(LONGEST_SILENCE, () -> mailbox.event(() -> silent(answer)));
    return answer.whenComplete((known, failure) -> alarm.cancel(false));
  }

  /** A QEMU that only waits is alive; one that somebody has stopped is not, and is left alone. */
  private CompletionStage<?> silent(CompletableFuture<?> answer) {
    return keeper.lifecycle() instanceof Lifecycle.Active active
            && active.watch().liveness() == Liveness.BUSY
            && !answer.isDone()
        ? copying(active).<CompletionStage<?>>map(this::heldUp).orElse(Mailbox.DONE)
        : Mailbox.DONE;
  }

  private CompletionStage<?> heldUp(KeptJob job) {
    return course.back(
        job,
        MigrationRow.TRANSFER_FAILED,
        "QEMU has answered nothing for "
            + LONGEST_SILENCE.toSeconds()
            + " s; it may be waiting for the other host's QEMU to take what is copied to it");
  }

  private Optional<KeptJob> watched(Lifecycle.Active active) {
    return copying(active).filter(job -> !aside.isBusy(job.job().id()));
  }

  private Optional<KeptJob> copying(Lifecycle.Active active) {
    return MigrationRow.running(ledger).stream()
        .filter(StorageRow::hasCopies)
        .filter(job -> MigrationRow.isOf(active.machine().launch(), job))
        .filter(job -> Set.of(SourcePhase.COPYING, SourcePhase.TRANSFERRING).contains(phase(job)))
        .findFirst(); // there is never more than one, see JobConflicts
  }

  private CompletionStage<?> seen(Lifecycle.Active active, List<JobInfo> known) {
    KeptJob job = watched(active).orElseThrow();
    MirrorReport report = new MirrorReport(job, known);
    Optional<String> failure = report.failure().or(report::early);
    Copies copies =
        failure.isPresent() ? Copies.BROKEN : report.areReady() ? Copies.READY : Copies.UNDER_WAY;
    return switch (SourceRules.copying(phase(job), copies)) {
      case BEGIN -> course.transfer(job, in(SourcePhase.TRANSFERRING, job));
      case RETURN ->
          course.back(job, MigrationRow.TRANSFER_FAILED, failure.orElse("it was not copied"));
      default -> {
        watch.later();
        yield phase(job) == SourcePhase.COPYING ? show(job, known) : Mailbox.DONE;
      }
    };
  }

  private CompletionStage<?> show(KeptJob job, List<JobInfo> known) {
    Job.Progress progress = new MirrorReport(job, known).progress(pace, host.now());
    ledger.jobs().show(job.with(MigrationRow.running(phase(job), Optional.of(progress), "")));
    return Mailbox.DONE;
  }

  /** As the guest begins to stand: goes on if its mirrors have followed it until then. */
  CompletionStage<?> requireReady(
      Lifecycle.Active active, KeptJob job, Function<KeptJob, CompletionStage<?>> then) {
    StorageSteps steps = new StorageSteps(active.machine().qmp(), job);
    return at(SourcePhase.TRANSFERRING, job, steps::requireReady, then);
  }

  /** While the guest stands: the last of what it wrote goes to the target, then that is done. */
  CompletionStage<?> finish(
      Lifecycle.Active active, KeptJob job, Function<KeptJob, CompletionStage<?>> then) {
    StorageSteps steps = new StorageSteps(active.machine().qmp(), job);
    return at(SourcePhase.SWITCHING, job, steps::finish, then);
  }

  private CompletionStage<?> at(
      SourcePhase phase,
      KeptJob job,
      JobAside.Work work,
      Function<KeptJob, CompletionStage<?>> then) {
    aside.run(
        host.peerThreads().switching(), // a guest stands
        job,
        work,
        (now, failure) -> {
          if (!MigrationRow.isIn(now, phase) || !course.isThere(now)) {
            return course.takeUp(now);
          }
          return failure.isPresent()
              ? course.back(now, MigrationRow.TRANSFER_FAILED, PeerWords.of(failure.get()))
              : then.apply(now);
        });
    return Mailbox.DONE;
  }
}
