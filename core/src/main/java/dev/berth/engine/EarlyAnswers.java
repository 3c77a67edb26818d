package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.OperationThreads;
import dev.berth.engine.thread.PeerThreads;
import dev.berth.job.JobId;
import dev.berth.migration.Arrival;
import dev.berth.migration.TargetPhase;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * What a target says to a question that it was asked before all was sent: so it is heard that it
 * has everything when it has it, and not one call later. Used in the driver's turns.
 */
final class EarlyAnswers {
  private final PeerThreads threads;
  private final MigrationPeers peers;
  private Optional<Question> asked = Optional.empty();

  /** One that a target was asked. */
  record Question(JobId migration, CompletableFuture<Arrival> answer) {

    /** That the target has everything, or never will; else it is to be asked again. May wait. */
    Optional<Arrival> await() throws InterruptedException {
      return Optional.of(OperationThreads.await(answer)).filter(Question::isTelling);
    }

    private static boolean isTelling(Arrival said) {
      return said.phase() == TargetPhase.RECEIVED || said.phase() == TargetPhase.FAILED;
    }
  }

  EarlyAnswers(PeerThreads threads, MigrationPeers peers) {
    this.threads = threads;
    this.peers = peers;
  }

  /** Asks, unless that was asked for this migration before. */
  void ask(KeptJob job, Duration longest) {
    if (asked.filter(question -> isOf(question, job)).isEmpty()) {
      asked = Optional.of(new Question(job.job().id(), answer(job, longest)));
    }
  }

  private CompletableFuture<Arrival> answer(KeptJob job, Duration longest) {
    try {
      return CompletableFuture.supplyAsync(() -> peers.await(job, longest), threads.switching());
    } catch (RejectedExecutionException closed) {
      return new CompletableFuture<>(); // nobody waits any more; the next host asks
    }
  }

  private static boolean isOf(Question question, KeptJob job) {
    return question.migration().equals(job.job().id());
  }

  /** What that migration's target was asked; once. */
  Optional<Question> take(KeptJob job) {
    Optional<Question> question = asked.filter(each -> isOf(each, job));
    if (question.isPresent()) {
      asked = Optional.empty();
    }
    return question;
  }
}
