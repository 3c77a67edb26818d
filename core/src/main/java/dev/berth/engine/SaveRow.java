package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.engine.SaveFiles.Written;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.migration.ImageState;
import dev.berth.migration.SavedMachine.Guest;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The row of a save, and what it tells. */
final class SaveRow {
  static final String BEGINNING = "beginning";
  static final String WRITING = "writing";
  static final String SEALING = "sealing";

  /** From here on the file has the guest, and the machine is only to end. */
  static final String ENDING = "ending";

  static final String UNDOING = "undoing";
  static final String COMPLETE = "complete";
  static final String REFUSED_BY_QEMU = "refused-by-qemu";
  static final String FILE_FAILED = "file-failed";
  static final String WRITE_FAILED = "write-failed";
  static final String INTERRUPTED = "interrupted";
  static final String MACHINE_ENDED = "machine-ended";
  static final String CANCELLED = "cancelled";

  private static final String GUEST = "guest";
  private static final String BYTES = "bytes";
  private static final String IMAGES = "images";
  private static final String LAUNCH = "launch";
  private static final String END = "end";

  private static final LaunchRecordCodec LAUNCHES = new LaunchRecordCodec();

  private SaveRow() {}

  /** That of a save that is to begin, of the machine that there is. */
  static KeptJob of(Path target, Ledger ledger, Job.Origin origin) {
    boolean runs = ledger.status().state() == DomainState.RUNNING;
    return new KeptJob(
        new Job(
            JobId.random(),
            new Job.Target(JobKind.SAVE, ledger.uuid(), ledger.name(), target.toString()),
            origin,
            running(BEGINNING, Optional.empty(), "")),
        Map.of(
            Detachments.INCARNATION,
            ledger.launch().orElseThrow().incarnation(),
            GUEST,
            (runs ? Guest.RUNNING : Guest.PAUSED).name()));
  }

  /** The same save in another phase. */
  static KeptJob in(String phase, KeptJob job) {
    return job.with(running(phase, job.job().status().progress(), ""));
  }

  /**
   * The same save, of which QEMU has written all, and it is on the disk. The machine is needed no
   * more, and so is on record here; how its images were counts from now on.
   */
  static KeptJob sealing(KeptJob job, Written written, LaunchRecord launch) {
    return in(
        SEALING,
        job.with(BYTES, Long.toString(written.bytes()))
            .with(IMAGES, ImageState.text(written.images()))
            .with(LAUNCH, LAUNCHES.write(launch)));
  }

  /** The record of the machine whose state is all written. */
  static LaunchRecord launch(KeptJob job) {
    return LAUNCHES.read(job.fact(LAUNCH));
  }

  /** The same save, which is taken back, and is to end with that code. */
  static KeptJob undoing(KeptJob job, String end, String why) {
    return job.with(END, end).with(running(UNDOING, job.job().status().progress(), why));
  }

  static Job.Status running(String phase, Optional<Progress> progress, String detail) {
    return new Job.Status(JobState.RUNNING, phase, progress, detail, Optional.empty());
  }

  static String phase(KeptJob job) {
    return job.job().status().phase();
  }

  /** What the guest did before. */
  static Guest guest(KeptJob job) {
    return Guest.valueOf(job.fact(GUEST));
  }

  /** What QEMU has written. */
  static Written written(KeptJob job) {
    return new Written(Long.parseLong(job.fact(BYTES)), ImageState.read(job.fact(IMAGES)));
  }

  /** How it is to end once it is taken back. */
  static String end(KeptJob job) {
    return job.fact(END);
  }

  static Path target(KeptJob job) {
    return Path.of(job.job().target().subject());
  }

  /** The file that grows. */
  static Path partial(KeptJob job) {
    Path target = target(job);
    return target.resolveSibling(target.getFileName() + "." + job.job().id() + ".part");
  }
}
