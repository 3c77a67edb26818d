package dev.berth.engine;

import dev.berth.backup.BackupName;
import dev.berth.engine.BackupUses.Target;
import dev.berth.engine.backup.RestorePlan;
import dev.berth.engine.backup.RestorePlan.OfDisk;
import dev.berth.engine.step.KeptJob;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The row of a job about a complete backup, and what it tells. */
final class BackupJobRow {
  static final String WAITING = "waiting";
  static final String WORKING = "working";
  static final String NAMING = "naming";
  static final String REMOVING = "removing";
  static final String UNDOING = "undoing";
  static final String COMPLETE = "complete";
  static final String FILE_FAILED = "file-failed";
  static final String INTERRUPTED = "interrupted";
  static final String CANCELLED = "cancelled";

  /** What was asked for, to tell whether another call with the same key asks for the same. */
  static final String REQUEST = "request";

  private static final String DIRECTORY = "directory";
  private static final String BACKUP_JOB = "backupJob";
  private static final String PLAN = "plan";
  private static final String LEFT = "left";
  private static final String END = "end";
  private static final String MADE = "made";

  private BackupJobRow() {}

  /** That of a restore that is to begin. */
  static KeptJob restore(
      Job.Target target, BackupRestoreRequest request, RestorePlan plan, Job.Origin origin) {
    return new KeptJob(
        new Job(
            JobId.random(),
            target,
            origin,
            running(WAITING, Optional.of(Progress.of(0, plan.bytes())), "")),
        Map.of(
            REQUEST,
            request.toString(),
            DIRECTORY,
            plan.directory().toString(),
            PLAN,
            plan.text()));
  }

  /** That of what is to be done to a backup as a whole. */
  static KeptJob about(
      JobKind kind, Path directory, BackupName name, Target target, Job.Origin origin) {
    return new KeptJob(
        new Job(
            JobId.random(),
            Job.Target.ofHost(kind, name.text()),
            origin,
            running(WAITING, Optional.empty(), "")),
        Map.of(
            REQUEST,
            directory.toString(),
            DIRECTORY,
            directory.toString(),
            BACKUP_JOB,
            target.madeBy().text(),
            LEFT,
            target.left().map(Path::toString).orElse("")));
  }

  static boolean isAbout(JobKind kind) {
    return kind == JobKind.RESTORE_BACKUP
        || kind == JobKind.VERIFY_BACKUP
        || kind == JobKind.DELETE_BACKUP;
  }

  /** The same job in another phase. */
  static KeptJob in(String phase, KeptJob job) {
    return job.with(running(phase, job.job().status().progress(), ""));
  }

  /** The same job, all of whose images are complete, each known by its number on the disk. */
  static KeptJob naming(KeptJob job, List<String> made) {
    return in(NAMING, job).with(MADE, String.join(" ", made));
  }

  /** The same job, which is taken back, and is to end with that code. */
  static KeptJob undoing(KeptJob job, String end, String why) {
    return job.with(END, end).with(running(UNDOING, job.job().status().progress(), why));
  }

  /** The same job, so far. */
  static KeptJob at(KeptJob job, Progress progress) {
    return job.with(running(WORKING, Optional.of(progress), ""));
  }

  /** The same job at its end. */
  static KeptJob ended(KeptJob job, JobState state, String code, String detail, Instant at) {
    Optional<Progress> progress = job.job().status().progress();
    return job.with(
        new Job.Status(
            state,
            code,
            state == JobState.SUCCEEDED
                ? progress.map(it -> Progress.of(it.total(), it.total()))
                : progress,
            detail,
            Optional.of(at)));
  }

  private static Job.Status running(String phase, Optional<Progress> progress, String detail) {
    return new Job.Status(JobState.RUNNING, phase, progress, detail, Optional.empty());
  }

  static String phase(KeptJob job) {
    return job.job().status().phase();
  }

  static JobKind kind(KeptJob job) {
    return job.job().target().kind();
  }

  /** How it is to end once it is taken back. */
  static String end(KeptJob job) {
    return job.fact(END);
  }

  static RestorePlan plan(KeptJob job) {
    return RestorePlan.read(job.fact(PLAN));
  }

  /** Of backups, without symbolic links. */
  static Path directory(KeptJob job) {
    return Path.of(job.fact(DIRECTORY));
  }

  static BackupName backup(KeptJob job) {
    return new BackupName(job.job().target().subject());
  }

  /** The job that has made the backup. */
  static JobId madeBy(KeptJob job) {
    return new JobId(job.fact(BACKUP_JOB));
  }

  /** Whether it reads that backup, or removes it. */
  static boolean isAbout(KeptJob job, Path directory, BackupName name) {
    return isAbout(kind(job)) && directory(job).equals(directory) && backup(job).equals(name);
  }

  /** The numbers on the disk of what was made, in the order of the disks. */
  static List<String> made(KeptJob job) {
    return List.of(job.fact(MADE).split(" "));
  }

  /** What a backup that is being deleted is called until it is gone. */
  static Path aside(KeptJob job) {
    String left = job.fact(LEFT);
    if (!left.isEmpty()) {
      return Path.of(left);
    }
    return directory(job).resolve(backup(job) + "." + job.job().id() + ".delete");
  }

  /** Files of a restore that are not complete; what is no restore makes none. */
  static List<Path> partials(KeptJob job) {
    if (kind(job) != JobKind.RESTORE_BACKUP) {
      return List.of();
    }
    return plan(job).disks().stream().map((OfDisk disk) -> disk.partial(job.job().id())).toList();
  }
}
