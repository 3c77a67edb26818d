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

/** Jobs of a {@link MemoryHost} that are complete at once. The caller holds the contents' lock. */
final class MemoryJobs {
  private MemoryJobs() {}

  /**
   * The job that a call with that key has begun before.
   *
   * @throws ConflictException when that call was about something else
   */
  static Optional<Job> same(MemoryDomain domain, JobOptions options, String subject) {
    Optional<Job> same =
        domain.jobs().values().stream()
            .filter(job -> options.key().isPresent() && job.origin().key().equals(options.key()))
            .findFirst();
    if (same.filter(job -> !job.target().subject().equals(subject)).isPresent()) {
      throw new ConflictException("Another job has that key. Use another.");
    }
    return same;
  }

  /** A job that begins and ends with this call. */
  static Job complete(
      MemoryContents contents,
      MemoryDomain domain,
      Job.Target target,
      Job.Origin origin,
      Progress progress,
      String detail) {
    return ended(contents, domain, target, origin, succeeded(progress, detail, origin.since()));
  }

  private static Job.Status succeeded(Progress progress, String detail, Instant at) {
    return new Job.Status(
        JobState.SUCCEEDED, "complete", Optional.of(progress), detail, Optional.of(at));
  }

  /** A job that fails with this call. */
  static Job failed(
      MemoryContents contents,
      MemoryDomain domain,
      Job.Target target,
      Job.Origin origin,
      String phase,
      String detail) {
    return ended(
        contents,
        domain,
        target,
        origin,
        new Job.Status(
            JobState.FAILED, phase, Optional.empty(), detail, Optional.of(origin.since())));
  }

  private static Job ended(
      MemoryContents contents,
      MemoryDomain domain,
      Job.Target target,
      Job.Origin origin,
      Job.Status status) {
    Job job = new Job(JobId.random(), target, origin, status);
    domain.jobs().put(job.id(), job);
    Map<String, String> what =
        Map.of("job", job.id().text(), "kind", target.kind().text(), "subject", target.subject());
    contents.events().add(domain, EventTypes.JOB_STARTED, origin.actor(), what);
    contents
        .events()
        .add(
            domain,
            EventTypes.JOB_ENDED,
            origin.actor(),
            Map.of(
                "job",
                job.id().text(),
                "kind",
                target.kind().text(),
                "subject",
                target.subject(),
                "state",
                status.state().text(),
                "phase",
                status.phase(),
                "detail",
                status.detail()));
    contents.notifyAll();
    return job;
  }

  /** What a job of that domain is about. */
  static Job.Target target(MemoryDomain domain, JobKind kind, String subject) {
    return new Job.Target(kind, domain.uuid(), domain.definition().name(), subject);
  }

  /** Who asks for a job now. */
  static Job.Origin origin(String actor, JobOptions options, Instant now) {
    return new Job.Origin(actor, options.key(), now);
  }
}
