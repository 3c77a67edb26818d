package dev.berth.engine;

import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is left of a backup that is taken back and that no machine writes any more. First what stood
 * in for a machine goes, however long storage holds up something else: then the domain can be
 * started. Then go its files; where they do not, that is said after a while, for a store may have
 * failed for good. Runs in the driver's turns.
 */
final class BackupRemains {
  private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

  /** A minute: what fails for longer does not come back by waiting. */
  private static final int MOST_TRIES = 6;

  private static final Logger LOG = LoggerFactory.getLogger(BackupRemains.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final BackupMachines machines;
  private final JobAside aside;
  private final Course course;
  private final Set<JobId> freeing = new HashSet<>();
  private final Map<JobId, Integer> tries = new HashMap<>();

  /** What becomes of a backup. */
  interface Course {
    /** Does what is next for it. */
    CompletionStage<?> takeUp(KeptJob job);

    /** Puts it on record. */
    CompletionStage<Void> record(KeptJob job);

    /** It has come to its end. */
    CompletionStage<?> ended(KeptJob job, String code, String detail);
  }

  BackupRemains(
      HostServices host,
      Mailbox mailbox,
      Ledger ledger,
      BackupMachines machines,
      JobAside aside,
      Course course) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.machines = machines;
    this.aside = aside;
    this.course = course;
  }

  /** Removes it, unless something is still done for that backup. */
  void remove(KeptJob job) {
    if (StandInRow.reads(job)) {
      free(job);
    } else if (!aside.isBusy(job.job().id())) {
      aside.run(job, () -> removeFiles(job), this::removed);
    }
  }

  /** Ends what stands in, so that nothing has the disks' images open any more. */
  private void free(KeptJob job) {
    if (freeing.add(job.job().id())) {
      CompletableFuture.runAsync(() -> machines.end(job), host.patient())
          .whenComplete((ended, failure) -> mailbox.event(() -> freed(job, failure)));
    }
  }

  private CompletionStage<?> freed(KeptJob known, @Nullable Throwable failure) {
    freeing.remove(known.job().id());
    Optional<KeptJob> present = ledger.jobs().find(known.job().id()).filter(KeptJob::isRunning);
    if (present.isEmpty()) {
      return Mailbox.DONE;
    }
    KeptJob job = present.get();
    if (failure != null) {
      again(job, String.valueOf(failure.getMessage()));
      return Mailbox.DONE;
    }
    machines.forget(job);
    KeptJob freed = StandInRow.ended(job);
    return course.record(freed).thenCompose(recorded -> course.takeUp(freed));
  }

  /** One that has got its name just before it was not wanted any more loses it again. */
  private void removeFiles(KeptJob job) {
    Path partial = BackupRow.partial(job);
    Path folder = BackupRow.folder(job);
    BackupFiles files = host.backupFiles();
    if (!files.isThere(partial) && files.isOf(folder, job.job().id())) {
      files.setAside(folder, partial, job.job().id());
    }
    files.discard(partial);
  }

  private CompletionStage<?> removed(KeptJob job, Optional<BerthException> failure) {
    String detail = job.job().status().detail();
    if (failure.isEmpty()) {
      tries.remove(job.job().id());
      return course.ended(job, BackupRow.end(job), detail);
    }
    String why = String.valueOf(failure.get().getMessage());
    if (tries.merge(job.job().id(), 1, Integer::sum) < MOST_TRIES) {
      again(job, why);
      return Mailbox.DONE;
    }
    tries.remove(job.job().id());
    String left =
        "what is left, '" + BackupRow.partial(job) + "', is to be removed by hand: " + why;
    return course.ended(job, BackupRow.end(job), detail.isEmpty() ? left : detail + "; " + left);
  }

  private void again(KeptJob job, String why) {
    LOG.warn(
        "Domain '{}': job {} cannot be taken back yet: {}", ledger.name(), job.job().id(), why);
    host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> course.takeUp(job)));
  }
}
