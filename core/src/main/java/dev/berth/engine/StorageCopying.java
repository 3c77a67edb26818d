package dev.berth.engine;

import static dev.berth.engine.MigrationRow.in;
import static dev.berth.engine.MigrationRow.phase;

import dev.berth.error.BerthException;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.SourceRules;
import dev.berth.migration.SourceRules.Copies;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.JobStatus;
import dev.berth.qapi.job.QueryJobs;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The images that a machine takes along, at the host that it comes from: all of each is copied
 * before its memory is sent, then what the guest writes meanwhile, and the last of that when it
 * stands. Runs in the driver's turns, and holds no thread while QEMU copies.
 */
final class StorageCopying {
  private final HostServices host;
  private final Ledger ledger;
  private final JobAside aside;
  private final MigrationCourse course;
  private final QemuWatch<List<JobInfo>> watch;
  private Pace pace = new Pace();

  StorageCopying(
      HostServices host,
      Mailbox mailbox,
      Ledger ledger,
      MachineKeeper keeper,
      JobAside aside,
      MigrationCourse course) {
    this.host = host;
    this.ledger = ledger;
    this.aside = aside;
    this.course = course;
    this.watch =
        new QemuWatch<>(
            host,
            mailbox,
            keeper,
            qmp -> qmp.send(new QueryJobs()),
            active -> copying(active).isPresent(),
            this::seen);
  }

  /** Begins to copy, or goes on with it. */
  void begin(Lifecycle.Active active, KeptJob job) {
    pace = new Pace();
    aside.run(
        job,
        new StorageSteps(active.machine().qmp(), job)::begin,
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
    look(active);
    return Mailbox.DONE;
  }

  /** Asks how far it is, now and as long as it is all that is done. */
  void look(Lifecycle.Active active) {
    watch.look(active);
  }

  private Optional<KeptJob> copying(Lifecycle.Active active) {
    return MigrationRow.running(ledger).stream()
        .filter(StorageRow::hasCopies)
        .filter(job -> MigrationRow.isOf(active.machine().launch(), job))
        .filter(job -> Set.of(SourcePhase.COPYING, SourcePhase.TRANSFERRING).contains(phase(job)))
        .filter(job -> !aside.isBusy(job.job().id()))
        .findFirst(); // there is never more than one, see JobConflicts
  }

  private CompletionStage<?> seen(Lifecycle.Active active, List<JobInfo> known) {
    KeptJob job = copying(active).orElseThrow();
    Optional<String> failure =
        StorageSteps.failure(job, known).or(() -> StorageSteps.early(job, known));
    Copies copies =
        failure.isPresent()
            ? Copies.BROKEN
            : areAll(job, known, JobStatus.READY) ? Copies.READY : Copies.UNDER_WAY;
    return switch (SourceRules.copying(phase(job), copies)) {
      case BEGIN -> course.transfer(job, in(SourcePhase.TRANSFERRING, job));
      case RETURN ->
          course.back(job, MigrationRow.TRANSFER_FAILED, failure.orElse("it was not copied"));
      default -> phase(job) == SourcePhase.COPYING ? show(job, known) : Mailbox.DONE;
    };
  }

  private static boolean areAll(KeptJob job, List<JobInfo> known, JobStatus status) {
    List<String> mirrors = StorageSteps.mirrors(job);
    return known.stream()
            .filter(mirror -> mirrors.contains(mirror.id()) && mirror.status().equals(status))
            .count()
        == mirrors.size();
  }

  private CompletionStage<?> show(KeptJob job, List<JobInfo> known) {
    List<String> mirrors = StorageSteps.mirrors(job);
    long done = 0;
    long total = 0;
    for (JobInfo mirror : known) {
      if (mirrors.contains(mirror.id())) {
        done += mirror.currentProgress();
        total += mirror.totalProgress();
      }
    }
    ledger
        .jobs()
        .show(
            job.with(
                MigrationRow.running(
                    phase(job), Optional.of(pace.at(host.now(), done, total)), "")));
    watch.later();
    return Mailbox.DONE;
  }

  /** While the guest stands: the last of what it wrote goes to the target, then that is done. */
  CompletionStage<?> finish(
      Lifecycle.Active active, KeptJob job, Supplier<CompletionStage<?>> then) {
    aside.run(
        job,
        new StorageSteps(active.machine().qmp(), job)::finish,
        (now, failure) -> {
          if (!MigrationRow.isIn(now, SourcePhase.SWITCHING) || !course.isThere(now)) {
            return course.takeUp(now);
          }
          return failure.isPresent()
              ? course.back(now, MigrationRow.TRANSFER_FAILED, PeerWords.of(failure.get()))
              : then.get();
        });
    return Mailbox.DONE;
  }
}
