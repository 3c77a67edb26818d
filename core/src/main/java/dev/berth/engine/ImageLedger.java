package dev.berth.engine;

import dev.berth.domain.DomainEvent;
import dev.berth.engine.image.ImageRegistry;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.engine.thread.OpenCalls;
import dev.berth.error.BerthException;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.StoreContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What is on record of pools and images, and the jobs that belong to no domain. Its mailbox is the
 * only writer, as a driver is of a domain: a turn decides by what is on record, commits, and
 * publishes; nothing else has its turn until that is on disk. What takes time is done elsewhere.
 * Thread-safe.
 */
final class ImageLedger {
  /** Jobs that are kept after their end, of all pools together. */
  private static final int JOBS_KEPT = 100;

  private final HostServices host;
  private final Mailbox mailbox;
  private final DomainJobs jobs;
  private volatile ImageRegistry registry;

  ImageLedger(HostServices host, StoreContents contents) {
    this.host = host;
    this.mailbox = new Mailbox("images", host.turns());
    this.registry = ImageRegistry.of(contents.pools(), contents.images());
    host.namedImages().publish(registry);
    this.jobs =
        new DomainJobs(
            contents.jobs().stream()
                .filter(job -> job.domain().isEmpty())
                .flatMap(job -> KeptJob.read(job).stream())
                .toList(),
            JOBS_KEPT);
  }

  /**
   * One atomic change.
   *
   * @param actor who causes it
   * @param changes of pools and images
   * @param jobs as they are from now on
   * @param events what is told, by type
   */
  record Entry(String actor, List<Change> changes, List<KeptJob> jobs, List<Step.Told> events) {

    static Entry by(String actor) {
      return new Entry(actor, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    Entry change(Change change) {
      changes.add(change);
      return this;
    }

    Entry event(String type, Map<String, String> attributes) {
      events.add(new Step.Told(type, attributes));
      return this;
    }

    Entry began(KeptJob job) {
      jobs.add(job);
      events.add(JobSteps.toldBegun(job));
      return this;
    }

    Entry goesOn(KeptJob job) {
      jobs.add(job);
      return this;
    }

    Entry ended(KeptJob job) {
      jobs.add(job);
      events.add(JobSteps.toldEnded(job));
      return this;
    }
  }

  /** What is on record now. Any thread; never waits. */
  ImageRegistry registry() {
    return registry;
  }

  /** The jobs. {@link DomainJobs} says what of it is for which thread. */
  DomainJobs jobs() {
    return jobs;
  }

  /** Whose turns are the only writer. */
  Mailbox mailbox() {
    return mailbox;
  }

  /** Has a turn; what it returns, or throws, is the answer. Any thread. */
  <T> CompletableFuture<T> turn(Function<ImageLedger, CompletionStage<T>> turn) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    boolean taken =
        mailbox.event(
            () -> {
              try {
                return turn.apply(this)
                    .handle(
                        (value, failure) ->
                            failure == null
                                ? answer.complete(value)
                                : answer.completeExceptionally(Answers.cause(failure)));
              } catch (BerthException refused) {
                answer.completeExceptionally(refused);
                return Mailbox.DONE;
              } catch (RuntimeException | Error unexpected) { // logged as the turn's failure
                answer.completeExceptionally(unexpected);
                throw unexpected;
              }
            });
    if (!taken) {
      answer.completeExceptionally(OpenCalls.closedMeanwhile());
    }
    return answer;
  }

  /** Makes it durable, then public. In a turn. */
  CompletableFuture<Void> record(Entry entry) {
    List<Change> changes = new ArrayList<>(entry.changes());
    changes.addAll(jobs.changes(entry.jobs()));
    List<DomainEvent> events =
        entry.events().stream()
            .map(
                told ->
                    new DomainEvent(
                        0,
                        host.now(),
                        Optional.empty(),
                        Optional.empty(),
                        told.type(),
                        entry.actor(),
                        told.attributes()))
            .toList();
    return host.commit(new Commit(changes, events))
        .thenAccept(
            numbered -> {
              registry = registry.with(entry.changes());
              host.backupRecords().apply(entry.changes());
              host.namedImages().publish(registry);
              jobs.apply(entry.jobs());
              host.announce(numbered);
              jobs.tell(entry.jobs());
            });
  }

  /** Takes nothing more. */
  void close() {
    mailbox.close();
  }
}
