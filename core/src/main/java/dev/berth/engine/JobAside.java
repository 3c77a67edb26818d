package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.error.MachineLostException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.job.JobId;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a domain's jobs do on threads that QEMU and storage may hold up: for each job one thing at a
 * time. Used in the driver's turns, where its outcomes come back.
 */
final class JobAside {
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final Executor threads;
  private final Function<KeptJob, CompletionStage<?>> cutOff;
  private final Set<JobId> atWork = new HashSet<>();

  /** Something that takes its time. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  /** What follows from how it went. */
  @FunctionalInterface
  interface Outcome {
    CompletionStage<?> follows(KeptJob job, Optional<BerthException> failure);
  }

  /**
   * For the jobs of one domain.
   *
   * @param cutOff takes up a job whose work the end of the connection or of the host has cut off
   */
  JobAside(
      Mailbox mailbox,
      Ledger ledger,
      Executor threads,
      Function<KeptJob, CompletionStage<?>> cutOff) {
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.threads = threads;
    this.cutOff = cutOff;
  }

  /** Whether something is being done for that job. */
  boolean isBusy(JobId id) {
    return atWork.contains(id);
  }

  /** Does it, and then what follows, with the job as it is by then. */
  void run(KeptJob job, Work work, Outcome outcome) {
    run(threads, job, work, outcome);
  }

  /** The same on one of those threads: what must not wait for the long work of other domains. */
  void run(Executor others, KeptJob job, Work work, Outcome outcome) {
    JobId id = job.job().id();
    atWork.add(id);
    aside(others, () -> failure(work))
        .whenComplete(
            (failure, mistake) ->
                mailbox.event(
                    () -> {
                      atWork.remove(id);
                      if (mistake != null) {
                        return CompletableFuture.failedStage(mistake);
                      }
                      KeptJob now = ledger.jobs().find(id).orElse(job);
                      return failure.filter(JobAside::isCutOff).isPresent()
                          ? cutOff.apply(now)
                          : outcome.follows(now, failure);
                    }));
  }

  private static boolean isCutOff(BerthException failure) {
    return failure instanceof MachineLostException || failure instanceof OutcomeUnknownException;
  }

  private static Optional<BerthException> failure(Work work) {
    try {
      work.run();
      return Optional.empty();
    } catch (InterruptedException closed) {
      return Optional.of(new MachineLostException("The host was closed meanwhile.", closed));
    } catch (BerthException failure) {
      return Optional.of(failure);
    } catch (RuntimeException mistake) { // what was begun must not stay for ever
      return Optional.of(new HostFailureException("It could not be done: " + mistake, mistake));
    }
  }

  private static <T> CompletableFuture<T> aside(Executor threads, Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, threads);
    } catch (RejectedExecutionException closed) {
      return new CompletableFuture<>(); // nobody waits any more; the next host finds out
    }
  }
}
