package dev.berth.testing;

import dev.berth.domain.EventTypes;
import dev.berth.error.ConflictException;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Jobs of a {@link MemoryHost} that belong to no domain, which are complete at once. The caller
 * holds the contents' lock.
 */
final class MemoryHostJobs {
  private final MemoryContents contents;
  private final String actor;

  MemoryHostJobs(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
  }

  /**
   * The job of the same call with the same key.
   *
   * @throws ConflictException when that call was another
   */
  Optional<Job> once(JobKind kind, String subject, String wish, JobOptions options) {
    Optional<Job> known =
        contents.hostJobs().keySet().stream()
            .filter(job -> options.key().isPresent() && job.origin().key().equals(options.key()))
            .findFirst();
    known
        .filter(
            job ->
                job.target().kind() != kind
                    || !job.target().subject().equals(subject)
                    || !wish.equals(contents.hostJobs().get(job)))
        .ifPresent(
            job -> {
              throw new ConflictException("Another job has that key. Use another.");
            });
    return known;
  }

  /** A job that has begun, and is told as begun. */
  Job done(JobKind kind, String subject, String wish, JobOptions options, String detail) {
    Instant now = contents.clock().instant();
    Job job =
        new Job(
            JobId.random(),
            Job.Target.ofHost(kind, subject),
            new Job.Origin(actor, options.key(), now),
            new Job.Status(
                JobState.SUCCEEDED,
                "complete",
                Optional.of(Progress.of(1, 1)),
                detail,
                Optional.of(now)));
    contents.hostJobs().put(job, wish);
    tell(
        EventTypes.JOB_STARTED,
        Map.of("job", job.id().text(), "kind", kind.text(), "subject", subject));
    return job;
  }

  /** Tells that it has ended. */
  void ended(Job job) {
    tell(
        EventTypes.JOB_ENDED,
        Map.of(
            "job",
            job.id().text(),
            "kind",
            job.target().kind().text(),
            "subject",
            job.target().subject(),
            "state",
            job.status().state().text(),
            "phase",
            job.status().phase(),
            "detail",
            job.status().detail()));
  }

  private void tell(String type, Map<String, String> attributes) {
    contents.events().add(type, actor, attributes);
    contents.notifyAll();
  }
}
