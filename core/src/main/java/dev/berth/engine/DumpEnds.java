package dev.berth.engine;

import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.host.MemoryDump;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How dumps of memory end: the file gets its name or is removed, which a patient thread does, and
 * decides how the row ends. Runs in the driver's turns.
 */
final class DumpEnds {
  static final String COMPLETE = "complete";
  static final String REFUSED_BY_QEMU = "refused-by-qemu";
  static final String FILE_FAILED = "file-failed";
  static final String DUMP_FAILED = "dump-failed";
  static final String INTERRUPTED = "interrupted";
  static final String MACHINE_ENDED = "machine-ended";

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final Set<JobId> finishing = new HashSet<>();

  DumpEnds(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** From here on the dump is complete, and only its name is missing. */
  CompletionStage<?> allWritten(KeptJob job, long total) {
    KeptJob naming =
        job.with(DumpRow.running(DumpRow.NAMING, Optional.of(Progress.of(total, total))));
    return keeper
        .record(Step.by(job.job().origin().actor()).job(naming))
        .thenRun(() -> keep(naming));
  }

  /** Gives the file its name, if that was not done before. */
  void keep(KeptJob job) {
    finish(
        job,
        () -> {
          if (host.dumpFiles().size(DumpRow.partial(job)).isPresent()) {
            host.dumpFiles()
                .keep(
                    DumpRow.partial(job),
                    DumpRow.target(job),
                    MemoryDump.Existing.valueOf(job.fact(DumpRow.EXISTING)));
          }
          return now -> now.with(complete(now));
        });
  }

  private Job.Status complete(KeptJob job) {
    return status(JobState.SUCCEEDED, COMPLETE, job.job().status().progress(), "");
  }

  /** Removes the file; the dump has failed. */
  void discard(KeptJob job, String phase, String why) {
    finish(
        job,
        () -> {
          host.dumpFiles().discard(DumpRow.partial(job));
          return now -> now.with(failure(now, phase, why));
        });
  }

  /** What is done with the file decides how the job ends. It is done once. */
  private void finish(KeptJob job, Supplier<Function<KeptJob, KeptJob>> work) {
    if (!finishing.add(job.job().id())) {
      return;
    }
    aside(work)
        .whenComplete(
            (end, failure) ->
                mailbox.event(
                    () ->
                        end == null
                            ? failed(job, FILE_FAILED, Answers.cause(failure))
                            : end(job, end)));
  }

  /** Its file could not be had. */
  CompletionStage<?> failed(KeptJob job, String phase, Throwable failure) {
    return failure instanceof BerthException told
        ? end(job, now -> now.with(failure(now, phase, told.getMessage())))
        : CompletableFuture.failedStage(failure);
  }

  private CompletionStage<?> end(KeptJob job, Function<KeptJob, KeptJob> end) {
    finishing.remove(job.job().id());
    Optional<KeptJob> now = ledger.jobs().find(job.job().id()).filter(KeptJob::isRunning);
    return now.isEmpty()
        ? Mailbox.DONE
        : keeper.record(JobSteps.ended(Step.by(job.job().origin().actor()), end.apply(now.get())));
  }

  private Job.Status failure(KeptJob job, String phase, String why) {
    return status(JobState.FAILED, phase, job.job().status().progress(), why);
  }

  private Job.Status status(
      JobState state, String phase, Optional<Progress> progress, String detail) {
    return new Job.Status(state, phase, progress, detail, Optional.of(host.now()));
  }

  /** On a thread that storage may hold up. */
  <T> CompletableFuture<T> aside(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, host.patient());
    } catch (RejectedExecutionException closed) {
      return new CompletableFuture<>(); // nobody waits any more; the next host finds out
    }
  }
}
