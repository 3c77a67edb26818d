package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Pace;
import dev.berth.engine.step.StandInRow;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.job.JobId;
import dev.berth.machine.Machine;
import dev.berth.machine.StreamCredentials;
import dev.berth.machine.StreamKey;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.StreamAddress;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.QueryJobs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images that a domain without a machine takes along, at the host that it comes from: what
 * stands in for its machine has them open for reading, and mirrors each to the other host. Runs in
 * the driver's turns, and holds no thread while QEMU copies.
 *
 * <pre>
 *   on record ──launched──► mirrors begun ──all is there──► ending ──flushed there──► copied
 *                               │   ▲                          │
 *           its host has died   └───┘ found again, it went on  └── one has failed ──► broken
 * </pre>
 *
 * <p>QEMU keeps how each mirror has ended, so that a host which comes later finds out. It is ended
 * when the domain is handed over, or stays. There is one migration of a domain at a time.
 */
final class CopyingAtRest {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final Duration END_AGAIN = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(CopyingAtRest.class);

  /** What follows for the migration. */
  interface Course {
    /** Goes on with it as its phase says, once nothing is being done for it. */
    CompletionStage<?> takeUp(KeptJob job);

    /** All of its images is at the target. */
    CompletionStage<?> copied(KeptJob job);

    /** They cannot be copied. */
    CompletionStage<?> broken(KeptJob job, String why);
  }

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final JobAside aside;
  private final Course course;
  private final StandIns standIns;
  private Pace pace = new Pace();
  private Optional<JobId> begun = Optional.empty();
  private Optional<JobId> ending = Optional.empty();
  private Optional<JobId> copied = Optional.empty();

  /** Of what is about to be copied to another machine; on no record. */
  private Optional<StreamKey> key = Optional.empty();

  private boolean looking;
  private boolean lookingLater;

  /**
   * Of one domain.
   *
   * @param aside what is done for its migrations on other threads
   */
  CopyingAtRest(
      HostServices host,
      Mailbox mailbox,
      Ledger ledger,
      MachineKeeper keeper,
      JobAside aside,
      Course course) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.aside = aside;
    this.course = course;
    this.standIns =
        new StandIns(
            host, mailbox, keeper.recorder(), StorageRow::copied, course::takeUp, this::look);
  }

  /** Nobody else is to open the images of that migration. Idempotent. */
  void claim(KeptJob job) {
    standIns.claim(job);
  }

  /** By which key the images of the next migration go to another machine, if they do. */
  void encryptBy(Optional<StreamKey> made) {
    key = made;
  }

  /** Begins with a migration, of which it is on record that its images are copied. */
  void begin(KeptJob job) {
    begin(job, () -> standIns.launch(job));
  }

  /** What has the images open, or will. */
  @FunctionalInterface
  private interface Reader {
    Machine get() throws InterruptedException;
  }

  /** What it has begun already goes on. */
  private void begin(KeptJob job, Reader reader) {
    Optional<StreamKey> made = key;
    aside.run(
        host.backups(),
        job,
        () -> {
          Machine machine = reader.get();
          if (StorageRow.storage(job) instanceof StreamAddress.Port) {
            MigrationSteps.encrypt(
                new StreamCredentials(machine.qmp(), machine.launch().files()), made);
          }
          new StorageSteps(machine.qmp(), job).begin();
        },
        this::begun);
  }

  /** Goes on with one that is being copied. */
  CompletionStage<?> takeUp(KeptJob job) {
    standIns.claim(job);
    if (copied.equals(Optional.of(job.job().id()))) {
      return course.copied(job);
    }
    if (standIns.isGone(job)) {
      return course.broken(job, "the QEMU that copied its images has ended");
    }
    Optional<Machine> machine = standIns.of(job);
    if (machine.isEmpty()) {
      standIns.find(job);
    } else if (begun.equals(Optional.of(job.job().id()))) {
      look();
    } else {
      begin(job, machine::get);
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> begun(KeptJob job, Optional<BerthException> failure) {
    key = Optional.empty(); // QEMU has it, or never needs it
    if (!MigrationRow.isIn(job, SourcePhase.COPYING)) {
      return course.takeUp(job); // it is not wanted any more
    }
    if (failure.isPresent()) {
      return course.broken(job, PeerWords.of(failure.get()));
    }
    begun = Optional.of(job.job().id());
    pace = new Pace();
    setPace(job).exceptionally(lost -> null); // it may have been set anew meanwhile
    return course.takeUp(job);
  }

  /**
   * Has QEMU copy as fast as is on record; what is about to begin is told once it has. Completes
   * when QEMU has taken it.
   */
  CompletableFuture<Void> setPace(KeptJob job) {
    Optional<Machine> reader = aside.isBusy(job.job().id()) ? Optional.empty() : standIns.of(job);
    return CompletableFuture.allOf(
        reader.stream()
            .flatMap(it -> StorageSteps.pace(job).stream().map(it.qmp()::send))
            .toArray(CompletableFuture[]::new));
  }

  // ---- while QEMU copies

  private Optional<KeptJob> copying() {
    return ledger.jobs().running().stream()
        .filter(job -> OfflineRow.isLeaving(job) && MigrationRow.isIn(job, SourcePhase.COPYING))
        .filter(job -> !aside.isBusy(job.job().id()))
        .findFirst();
  }

  /** Asks how far it is, now and as long as it copies. */
  private CompletionStage<?> look() {
    Optional<Machine> machine = copying().flatMap(standIns::of);
    if (!looking && machine.isPresent()) {
      looking = true;
      machine
          .get()
          .qmp()
          .send(new QueryJobs())
          .whenComplete((jobs, failure) -> mailbox.event(() -> seen(jobs)));
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> seen(@Nullable List<JobInfo> known) {
    looking = false;
    Optional<KeptJob> job = copying();
    if (known == null || job.isEmpty()) {
      return Mailbox.DONE; // its connection is lost, and what takes it up again finds out
    }
    MirrorReport report = new MirrorReport(job.get(), known);
    Optional<String> failure = report.failure();
    if (failure.isPresent()) {
      return course.broken(job.get(), failure.get());
    }
    if (report.areConcluded()) {
      return finished(job.get(), report);
    }
    Optional<Machine> machine = standIns.of(job.get());
    if (report.areCopied() && !isEnding(job.get()) && machine.isPresent()) {
      return endMirrors(job.get(), machine.get());
    }
    ledger
        .jobs()
        .show(
            job.get()
                .with(
                    MigrationRow.running(
                        SourcePhase.COPYING, Optional.of(report.progress(pace, host.now())), "")));
    lookLater();
    return Mailbox.DONE;
  }

  private void lookLater() {
    if (lookingLater) {
      return;
    }
    lookingLater = true;
    host.timers()
        .after(
            LOOK_AGAIN,
            () ->
                mailbox.event(
                    () -> {
                      lookingLater = false;
                      return look();
                    }));
  }

  private boolean isEnding(KeptJob job) {
    return ending.equals(Optional.of(job.job().id()));
  }

  /** That takes as long as the disks there; QEMU says when it is done. */
  private CompletionStage<?> endMirrors(KeptJob job, Machine reader) {
    aside.run(
        host.backups(),
        job,
        new StorageSteps(reader.qmp(), job)::endAtRest,
        (now, failure) -> {
          if (!MigrationRow.isIn(now, SourcePhase.COPYING)) {
            return course.takeUp(now); // it is not wanted any more
          }
          if (failure.isPresent()) {
            return course.broken(now, PeerWords.of(failure.get()));
          }
          ending = Optional.of(now.job().id());
          return look();
        });
    return Mailbox.DONE;
  }

  /** Nobody writes to the images: a mirror that has ended without an error has all of its own. */
  private CompletionStage<?> finished(KeptJob job, MirrorReport report) {
    copied = Optional.of(job.job().id());
    ledger.jobs().show(MigrationFigures.copied(job, report.copiedBytes()));
    return course.copied(job);
  }

  // ---- its end

  /** What is done for it is not wanted any more: whoever waits for QEMU is let go. */
  void giveUp(KeptJob job) {
    standIns.kill(job);
  }

  /** Makes sure that nothing reads its images any more, then goes on. */
  CompletionStage<?> end(KeptJob job) {
    aside.run(
        host.patient(),
        job,
        () -> standIns.end(job),
        (now, failure) -> {
          if (failure.isEmpty()) {
            standIns.forget(now);
            ledger.jobs().show(StandInRow.ended(now));
            return course.takeUp(now);
          }
          LOG.warn(
              "Domain '{}': what copied its images cannot be ended yet: {}",
              ledger.name(),
              failure.get().getMessage());
          host.timers().after(END_AGAIN, () -> mailbox.event(() -> course.takeUp(now)));
          return Mailbox.DONE;
        });
    return Mailbox.DONE;
  }

  /** Lets go of it, which goes on: the host is being closed. */
  void letGo() {
    standIns.letGo();
  }
}
