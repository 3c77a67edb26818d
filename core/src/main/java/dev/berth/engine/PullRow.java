package dev.berth.engine;

import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.domain.ByteSize;
import dev.berth.engine.backup.NbdServer;
import dev.berth.engine.backup.PullPlan;
import dev.berth.engine.backup.PullPlan.Changes;
import dev.berth.engine.backup.PullPlan.OfDisk;
import dev.berth.engine.step.DomainOnRecord;
import dev.berth.engine.step.KeptJob;
import dev.berth.host.ExportRequest;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The row of an export of disks, and what it tells. */
final class PullRow {
  static final String PREPARING = "preparing";
  static final String SERVING = "serving";
  static final String CLOSING = "closing";
  static final String UNDOING = "undoing";
  static final String COMPLETE = "complete";
  static final String REFUSED_BY_QEMU = "refused-by-qemu";
  static final String FILE_FAILED = "file-failed";
  static final String WRITE_FAILED = "write-failed";
  static final String DEADLINE_PASSED = "deadline-passed";
  static final String INTERRUPTED = "interrupted";
  static final String MACHINE_ENDED = "machine-ended";
  static final String CANCELLED = "cancelled";

  /** What was asked for, to tell whether another call with the same key asks for the same. */
  static final String REQUEST = "request";

  private static final String PLAN = "plan";
  private static final String SCRATCH = "scratch";
  private static final String AT = "at";
  private static final String UNTIL = "until";
  private static final String END = "end";

  private PullRow() {}

  /** That of an export that is to begin, of the machine that there is. */
  static KeptJob of(
      JobId id, ExportRequest request, PullPlan plan, DomainOnRecord ledger, Job.Origin origin) {
    Map<String, String> facts = new HashMap<>();
    facts.put(KeptJob.INCARNATION, ledger.launch().orElseThrow().incarnation());
    facts.put(NbdServer.SOCKET, NbdServer.socket(ledger.launch().orElseThrow()).toString());
    facts.put(SCRATCH, request.scratch().resolve(folder(id)).toString());
    facts.put(REQUEST, request.toString());
    facts.put(PLAN, plan.text());
    facts.put(AT, origin.since().toString());
    request
        .lifetime()
        .ifPresent(lifetime -> facts.put(UNTIL, origin.since().plus(lifetime).toString()));
    return new KeptJob(
        new Job(
            id,
            new Job.Target(JobKind.PULL_BACKUP, ledger.uuid(), ledger.name(), ""),
            origin,
            running(PREPARING, "")),
        facts);
  }

  /** What the folder with what is overwritten meanwhile is called. */
  static String folder(JobId id) {
    return id + ".scratch";
  }

  /** The same export, of that moment. */
  static KeptJob begun(KeptJob job, Instant at) {
    return job.with(AT, at.toString());
  }

  /** The same export in another phase. */
  static KeptJob in(String phase, KeptJob job) {
    return job.with(running(phase, ""));
  }

  /** The same export, which is taken back, and is to end with that code. */
  static KeptJob undoing(KeptJob job, String end, String why) {
    return job.with(END, end).with(running(UNDOING, why));
  }

  private static Job.Status running(String phase, String detail) {
    return new Job.Status(JobState.RUNNING, phase, Optional.empty(), detail, Optional.empty());
  }

  static String phase(KeptJob job) {
    return job.job().status().phase();
  }

  static PullPlan plan(KeptJob job) {
    return PullPlan.read(job.fact(PLAN));
  }

  /** How it is to end once it is taken back. */
  static String end(KeptJob job) {
    return job.fact(END);
  }

  /** When it ends by itself. */
  static Optional<Instant> until(KeptJob job) {
    return Optional.of(job.fact(UNTIL)).filter(text -> !text.isEmpty()).map(Instant::parse);
  }

  /** Where what the guest overwrites is kept. */
  static Path scratch(KeptJob job) {
    return Path.of(job.fact(SCRATCH));
  }

  /** How its disks are reached. */
  static PullBackup served(KeptJob job) {
    List<ExportedDisk> disks = new ArrayList<>();
    for (OfDisk disk : plan(job).disks()) {
      disks.add(
          new ExportedDisk(
              disk.disk(),
              new ByteSize(disk.size()),
              disk.extent(),
              disk.changes().map(Changes::since),
              disk.reason(),
              disk.changes()
                  .map(changes -> "qemu:dirty-bitmap:" + PullSteps.merged(job.job().id()))));
    }
    return new PullBackup(
        job.job().id(),
        Instant.parse(job.fact(AT)),
        until(job),
        Path.of(job.fact(NbdServer.SOCKET)),
        disks);
  }
}
