package dev.berth.engine;

import dev.berth.engine.step.DomainOnRecord;
import dev.berth.engine.step.KeptJob;
import dev.berth.host.MemoryDump;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The row of a dump of memory, and what it tells. */
final class DumpRow {
  static final String BEGINNING = "beginning";
  static final String WRITING = "writing";
  static final String NAMING = "naming";

  /** Facts of a job besides its machine: the file that grows, and what may be replaced. */
  static final String PARTIAL = "partial";

  static final String EXISTING = "existing";

  private DumpRow() {}

  /** That of a dump that is to begin, of the machine that there is. */
  static KeptJob of(MemoryDump dump, DomainOnRecord ledger, Job.Origin origin) {
    JobId id = JobId.random();
    Path target = dump.file();
    Path partial = target.resolveSibling(target.getFileName() + "." + id + ".part");
    return new KeptJob(
        new Job(
            id,
            new Job.Target(JobKind.DUMP_MEMORY, ledger.uuid(), ledger.name(), target.toString()),
            origin,
            running(BEGINNING, Optional.empty())),
        Map.of(
            KeptJob.INCARNATION,
            ledger.launch().orElseThrow().incarnation(),
            PARTIAL,
            partial.toString(),
            EXISTING,
            dump.existing().name()));
  }

  static Job.Status running(String phase, Optional<Progress> progress) {
    return new Job.Status(JobState.RUNNING, phase, progress, "", Optional.empty());
  }

  static boolean isNaming(KeptJob job) {
    return job.job().status().phase().equals(NAMING);
  }

  static String name(KeptJob job) {
    return "dump-" + job.job().id();
  }

  static Path partial(KeptJob job) {
    return Path.of(job.fact(PARTIAL));
  }

  static Path target(KeptJob job) {
    return Path.of(job.job().target().subject());
  }
}
