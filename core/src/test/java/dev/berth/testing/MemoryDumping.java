package dev.berth.testing;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.error.HostFailureException;
import dev.berth.host.JobOptions;
import dev.berth.host.MemoryDump;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Dumps of the guests of a {@link MemoryHost}, which are complete at once. No file is written, and
 * those that would be there are known. The caller holds the contents' lock.
 */
final class MemoryDumping {
  private static final Set<DomainState> STATES =
      Set.of(DomainState.RUNNING, DomainState.PAUSED, DomainState.CRASHED);

  private final MemoryContents contents;
  private final String actor;

  MemoryDumping(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
  }

  Job dump(MemoryDomain domain, MemoryDump dump, JobOptions options) {
    String target = dump.file().toString();
    Optional<Job> same =
        domain.jobs().values().stream()
            .filter(job -> options.key().isPresent() && job.origin().key().equals(options.key()))
            .findFirst();
    if (same.isPresent()) {
      if (!same.get().target().subject().equals(target)) {
        throw new ConflictException("Another job has that key. Use another.");
      }
      return same.get();
    }
    if (!STATES.contains(domain.state())) {
      throw MemoryVerbs.illegal(
          "dump the memory of", domain, DomainState.RUNNING, DomainState.PAUSED);
    }
    if (!Files.isDirectory(dump.file().resolveSibling(""))) {
      throw new HostFailureException("There is no directory for '" + target + "'. Make it first.");
    }
    if (!contents.dumps().add(dump.file()) && dump.existing() == MemoryDump.Existing.REFUSE) {
      throw new AlreadyExistsException("There is a file '" + target + "'. Choose another name.");
    }
    return complete(domain, target, options);
  }

  private Job complete(MemoryDomain domain, String target, JobOptions options) {
    Instant now = contents.clock().instant();
    long total = domain.definition().compute().memory().bytes();
    Job job =
        new Job(
            JobId.random(),
            new Job.Target(JobKind.DUMP_MEMORY, domain.uuid(), domain.definition().name(), target),
            new Job.Origin(actor, options.key(), now),
            new Job.Status(
                JobState.SUCCEEDED,
                "complete",
                Optional.of(Progress.of(total, total)),
                "",
                Optional.of(now)));
    domain.jobs().put(job.id(), job);
    String id = job.id().text();
    String kind = job.target().kind().text();
    contents
        .events()
        .add(
            domain,
            EventTypes.JOB_STARTED,
            actor,
            Map.of("job", id, "kind", kind, "subject", target));
    contents
        .events()
        .add(
            domain,
            EventTypes.JOB_ENDED,
            actor,
            Map.of(
                "job",
                id,
                "kind",
                kind,
                "subject",
                target,
                "state",
                JobState.SUCCEEDED.text(),
                "phase",
                "complete",
                "detail",
                ""));
    contents.notifyAll();
    return job;
  }
}
