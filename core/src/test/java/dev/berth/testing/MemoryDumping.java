package dev.berth.testing;

import dev.berth.domain.DomainState;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.host.JobOptions;
import dev.berth.host.MemoryDump;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobKind;
import java.nio.file.Files;
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
    Optional<Job> same = MemoryJobs.same(domain, options, target);
    if (same.isPresent()) {
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
    long total = domain.definition().compute().memory().bytes();
    return MemoryJobs.complete(
        contents,
        domain,
        MemoryJobs.target(domain, JobKind.DUMP_MEMORY, target),
        MemoryJobs.origin(actor, options, contents.clock().instant()),
        Progress.of(total, total),
        "");
  }
}
