package dev.berth.engine;

import dev.berth.backup.Consistency;
import dev.berth.domain.StateReason;
import dev.berth.engine.backup.BackupPlan;
import dev.berth.engine.backup.ImageStamps;
import dev.berth.engine.step.DomainOnRecord;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.LaunchRecord;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The row of a backup, and what it tells. */
final class BackupRow {
  static final String PREPARING = "preparing";
  static final String FREEZING = "freezing";
  static final String WRITING = "writing";
  static final String PAUSED = "paused";
  static final String CLOSING = "closing";
  static final String SEALING = "sealing";
  static final String MARKING = "marking";
  static final String UNDOING = "undoing";
  static final String COMPLETE = "complete";
  static final String REFUSED_BY_QEMU = "refused-by-qemu";
  static final String FILE_FAILED = "file-failed";
  static final String WRITE_FAILED = "write-failed";
  static final String FREEZE_FAILED = "freeze-failed";
  static final String INTERRUPTED = "interrupted";
  static final String MACHINE_ENDED = "machine-ended";
  static final String CANCELLED = "cancelled";

  /** What was asked for, to tell whether another call with the same key asks for the same. */
  static final String REQUEST = "request";

  private static final String FOLDER = "folder";
  private static final String UNREAD = "unread";
  private static final String PLAN = "plan";
  private static final String IMAGES = "images";
  private static final String SAVED = "saved";
  private static final String AT = "at";
  private static final String END = "end";
  private static final String BOOT = "boot";
  private static final String QUIESCE = "quiesce";
  private static final String FROZEN = "frozen";
  private static final String CONSISTENCY = "consistency";
  private static final String CONSISTENCY_REASON = "consistency-reason";

  private BackupRow() {}

  /**
   * That of a backup that is to begin.
   *
   * @param launch of the QEMU that makes it
   * @param images how they were, of a domain without a machine
   */
  static KeptJob of(
      JobId id,
      BackupRequest request,
      BackupPlan plan,
      LaunchRecord launch,
      ImageStamps images,
      DomainOnRecord ledger,
      Job.Origin origin) {
    Map<String, String> facts = new HashMap<>();
    facts.put(KeptJob.INCARNATION, launch.incarnation());
    facts.put(FOLDER, request.directory().resolve(request.name().text()).toString());
    facts.put(REQUEST, request.toString());
    facts.put(PLAN, plan.text());
    facts.put(AT, origin.since().toString());
    facts.put(QUIESCE, request.quiesce().name());
    if (launch.isStandIn()) {
      facts.putAll(StandInRow.fact(launch));
      facts.put(IMAGES, images.text());
      if (ledger.status().reason() == StateReason.SAVED) {
        facts.put(SAVED, ledger.status().detail().orElse("in a file"));
      }
      if (request.quiesce() != Quiesce.NONE) {
        facts.put(CONSISTENCY, Consistency.Kind.CRASH.text());
        facts.put(CONSISTENCY_REASON, "its guest does not run");
      }
    }
    return new KeptJob(
        new Job(
            id,
            new Job.Target(JobKind.BACKUP, ledger.uuid(), ledger.name(), request.name().text()),
            origin,
            running(PREPARING, Optional.empty(), "")),
        facts);
  }

  /** What is wanted of the guest. */
  static Quiesce quiesce(KeptJob job) {
    String wish = job.fact(QUIESCE);
    return wish.isEmpty() ? Quiesce.NONE : Quiesce.valueOf(wish);
  }

  /** The same backup, for which the guest is about to be frozen: it is to be thawed. */
  static KeptJob freezing(KeptJob job) {
    return with(Consistency.crash("it is not known whether its guest was frozen then"), job)
        .with(FROZEN, "true")
        .with(running(FREEZING, progress(job), ""));
  }

  /** Whether the guest may be frozen, and is to be thawed before anything else. */
  static boolean isFrozen(KeptJob job) {
    return !job.fact(FROZEN).isEmpty();
  }

  /** The same backup, with its guest thawed. */
  static KeptJob thawed(KeptJob job) {
    return job.with(FROZEN, "");
  }

  /** The same backup, of disks in that state. */
  static KeptJob with(Consistency consistency, KeptJob job) {
    return job.with(CONSISTENCY, consistency.kind().text())
        .with(CONSISTENCY_REASON, consistency.reason());
  }

  /** In which state the disks are in it. */
  static Consistency consistency(KeptJob job) {
    return new Consistency(
        Consistency.Kind.of(job.fact(CONSISTENCY)).orElse(Consistency.Kind.CRASH),
        job.fact(CONSISTENCY_REASON));
  }

  /** The same backup, which has begun on the disks at that moment. */
  static KeptJob begun(KeptJob job, Instant at) {
    return job.with(AT, at.toString());
  }

  /**
   * The same backup, of which QEMU has written all, and nothing need be on the disk.
   *
   * @param boot the present one of the machine that the host runs on
   */
  static KeptJob sealing(KeptJob job, String boot) {
    return in(SEALING, job.with(BOOT, boot));
  }

  /** Whether what QEMU has written may be lost: the machine was booted anew, or nobody knows. */
  static boolean mayHaveLostPages(KeptJob job, String boot) {
    return boot.isEmpty() || !boot.equals(job.fact(BOOT));
  }

  /** The same backup, of which those disks were not read back. */
  static KeptJob unread(KeptJob job, List<String> disks) {
    return disks.isEmpty() ? job : job.with(UNREAD, String.join(" ", disks));
  }

  /** The disks that were not read back. */
  static List<String> unread(KeptJob job) {
    return Arrays.stream(job.fact(UNREAD).split(" ")).filter(disk -> !disk.isEmpty()).toList();
  }

  /** The same backup in another phase. */
  static KeptJob in(String phase, KeptJob job) {
    return job.with(running(phase, progress(job), ""));
  }

  /** The same backup, which is taken back, and is to end with that code. */
  static KeptJob undoing(KeptJob job, String end, String why) {
    return job.with(END, end).with(running(UNDOING, progress(job), why));
  }

  static Job.Status running(String phase, Optional<Progress> progress, String detail) {
    return new Job.Status(JobState.RUNNING, phase, progress, detail, Optional.empty());
  }

  static String phase(KeptJob job) {
    return job.job().status().phase();
  }

  static Optional<Progress> progress(KeptJob job) {
    return job.job().status().progress();
  }

  static BackupPlan plan(KeptJob job) {
    return BackupPlan.read(job.fact(PLAN));
  }

  /** The images that get marks when it is there, of a domain without a machine. */
  static Stream<Path> marked(KeptJob job) {
    return plan(job).disks().stream()
        .filter(disk -> disk.marks().isPresent())
        .map(disk -> StandInRow.image(job, disk.disk()));
  }

  /** How the images were when it was planned, of a domain without a machine. */
  static ImageStamps images(KeptJob job) {
    return ImageStamps.read(job.fact(IMAGES));
  }

  /** The moment that it is of. */
  static Instant at(KeptJob job) {
    return Instant.parse(job.fact(AT));
  }

  /** How it is to end once it is taken back. */
  static String end(KeptJob job) {
    return job.fact(END);
  }

  /** In which file a machine is saved, whose images are left as they were; may be empty. */
  static String saved(KeptJob job) {
    return job.fact(SAVED);
  }

  /** What it is called when it is complete. */
  static Path folder(KeptJob job) {
    return Path.of(job.fact(FOLDER));
  }

  /** In which it grows. */
  static Path partial(KeptJob job) {
    Path folder = folder(job);
    return folder.resolveSibling(folder.getFileName() + "." + job.job().id() + ".part");
  }
}
