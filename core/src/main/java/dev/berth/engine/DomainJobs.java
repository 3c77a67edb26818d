package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.error.ConflictException;
import dev.berth.error.NotFoundException;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.store.Change;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * The jobs of one domain, or those of the host that belong to none: those that go on, and the last
 * that have ended. Written by their owner's mailbox alone; {@link #published}, {@link #goingOn},
 * {@link #held} and {@link #await} are for any thread.
 */
final class DomainJobs {
  /** Jobs of a domain that are kept after their end. */
  static final int KEPT = 20;

  private static final Comparator<KeptJob> BY_AGE =
      Comparator.comparing(kept -> kept.job().origin().since());

  private final Map<JobId, KeptJob> jobs = new LinkedHashMap<>();
  private final Map<JobId, List<CompletableFuture<Job>>> waiting = new HashMap<>();
  private volatile List<Job> published = List.of();
  private volatile List<KeptJob> goingOn = List.of();
  private volatile Optional<KeptJob> held = Optional.empty();

  private final int limit;

  DomainJobs(List<KeptJob> found) {
    this(found, KEPT);
  }

  /**
   * Those that were found.
   *
   * @param limit how many are kept after their end
   */
  DomainJobs(List<KeptJob> found, int limit) {
    this.limit = limit;
    found.stream().sorted(BY_AGE).forEach(kept -> jobs.put(kept.job().id(), kept));
    publish();
  }

  /** All of them, the oldest first. */
  List<Job> published() {
    return published;
  }

  /** Those that go on as last published, with what is on record of them. Any thread. */
  List<KeptJob> goingOn() {
    return goingOn;
  }

  /** The one whose file has the guest, as last published; kept as long as it has. Any thread. */
  Optional<KeptJob> held() {
    return held;
  }

  /** Those that are one of these, the oldest first. */
  List<KeptJob> all(Predicate<KeptJob> ofThese) {
    return jobs.values().stream().filter(ofThese).toList();
  }

  boolean isEmpty() {
    return jobs.isEmpty();
  }

  /** Those that go on, the oldest first. */
  List<KeptJob> running() {
    return jobs.values().stream().filter(KeptJob::isRunning).toList();
  }

  /** Those that have made something, the oldest first. */
  List<KeptJob> succeeded(JobKind kind) {
    return jobs.values().stream()
        .filter(kept -> kept.job().target().kind() == kind)
        .filter(kept -> kept.job().status().state() == JobState.SUCCEEDED)
        .toList();
  }

  Optional<KeptJob> find(JobId id) {
    return Optional.ofNullable(jobs.get(id));
  }

  /** The youngest that is one of those. */
  Optional<KeptJob> newest(Predicate<KeptJob> ofThese) {
    return jobs.values().stream().filter(ofThese).max(BY_AGE);
  }

  /** The job that was asked for with that key. */
  private Optional<KeptJob> ofKey(String key) {
    return jobs.values().stream()
        .filter(kept -> kept.job().origin().key().equals(Optional.of(key)))
        .findFirst();
  }

  /**
   * The job that the same call with the same key has begun, if there is one.
   *
   * @param facts of what the call says that its target does not; a job without such a fact is the
   *     same
   * @throws ConflictException when the key is that of another call
   */
  Optional<Job> same(JobOptions options, JobKind kind, String subject, Map<String, String> facts) {
    Optional<KeptJob> known = options.key().flatMap(this::ofKey);
    known.ifPresent(kept -> requireSame(kept, kind, subject, facts));
    return known.map(KeptJob::job);
  }

  private static void requireSame(
      KeptJob kept, JobKind kind, String subject, Map<String, String> facts) {
    Job.Target target = kept.job().target();
    boolean same =
        target.kind() == kind
            && target.subject().equals(subject)
            && facts.entrySet().stream()
                .allMatch(
                    fact ->
                        kept.facts()
                            .getOrDefault(fact.getKey(), fact.getValue())
                            .equals(fact.getValue()));
    if (!same) {
      throw new ConflictException(
          "There is a job of "
              + target.owner()
              + " with that key that does something else: "
              + target.kind().text()
              + " '"
              + target.subject()
              + "' ("
              + kept.job().id()
              + "). Use another key.");
    }
  }

  /** What is written when those jobs are as given: they, and which old ones are forgotten. */
  List<Change> changes(List<KeptJob> now) {
    List<Change> changes = new ArrayList<>();
    Map<JobId, KeptJob> after = new LinkedHashMap<>(jobs);
    for (KeptJob kept : now) {
      after.put(kept.job().id(), kept);
      changes.add(new Change.PutJob(kept.stored()));
    }
    for (KeptJob old : beyondLimit(after)) {
      changes.add(new Change.RemoveJob(old.job().target().domain(), old.job().id().text()));
    }
    return changes;
  }

  /** They are as given, and on record. */
  void apply(List<KeptJob> now) {
    if (!now.isEmpty()) {
      now.forEach(kept -> jobs.put(kept.job().id(), kept));
      beyondLimit(jobs).forEach(old -> jobs.remove(old.job().id()));
      publish();
    }
  }

  /** Answers those who wait for any of these to end; once all that tells of it can be read. */
  void tell(List<KeptJob> now) {
    now.stream().filter(kept -> !kept.isRunning()).forEach(this::tell);
  }

  /** Shows how a running job is, which is not worth a commit. */
  void show(KeptJob now) {
    if (find(now.job().id()).filter(KeptJob::isRunning).isPresent()) {
      jobs.put(now.job().id(), now);
      publish();
    }
  }

  /** Without those by which a file of the host's is found again: there is one at a time. */
  private List<KeptJob> beyondLimit(Map<JobId, KeptJob> all) {
    Optional<KeptJob> last = all.values().stream().filter(SaveRow::isReleased).max(BY_AGE);
    List<KeptJob> ended =
        all.values().stream()
            .filter(kept -> !kept.isRunning() && !SaveRow.isHeld(kept))
            .filter(kept -> !last.equals(Optional.of(kept)))
            .sorted(BY_AGE)
            .toList();
    return ended.subList(0, Math.max(0, ended.size() - limit));
  }

  private void publish() {
    published = jobs.values().stream().map(KeptJob::job).toList();
    goingOn = running();
    held = newest(SaveRow::isHeld);
  }

  // ---- who waits

  /** Completes with the job once it has ended. Any thread. */
  CompletableFuture<Job> await(Job asked) {
    JobId id = asked.id();
    CompletableFuture<Job> answer = new CompletableFuture<>();
    synchronized (waiting) {
      waiting.computeIfAbsent(id, none -> new ArrayList<>()).add(answer);
    }
    answer.whenComplete((job, failure) -> forget(id, answer));
    // Looked at after the waiter is in place, so that nothing is missed between the two.
    published.stream()
        .filter(job -> job.id().equals(id) && job.status().state().isEnded())
        .forEach(answer::complete);
    return answer;
  }

  private void forget(JobId id, CompletableFuture<Job> answer) {
    synchronized (waiting) {
      waiting.computeIfPresent(
          id,
          (known, answers) -> {
            answers.remove(answer);
            return answers.isEmpty() ? null : answers;
          });
    }
  }

  private void tell(KeptJob ended) {
    taken(ended.job().id()).forEach(answer -> answer.complete(ended.job()));
  }

  private List<CompletableFuture<Job>> taken(JobId id) {
    synchronized (waiting) {
      return List.copyOf(waiting.getOrDefault(id, List.of()));
    }
  }

  /** Fails everybody who waits: the domain is no more. */
  void undefined(String domain) {
    List<JobId> all;
    synchronized (waiting) {
      all = List.copyOf(waiting.keySet());
    }
    all.stream()
        .flatMap(id -> taken(id).stream())
        .forEach(
            answer ->
                answer.completeExceptionally(
                    new NotFoundException(
                        "Domain '" + domain + "' has been undefined meanwhile, with its jobs.")));
  }
}
