package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.engine.save.SaveFiles.Written;
import dev.berth.engine.save.SaveTarget;
import dev.berth.engine.step.DomainOnRecord;
import dev.berth.engine.step.KeptJob;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.migration.GuestCpuCodec;
import dev.berth.migration.ImageState;
import dev.berth.migration.SavedMachine;
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
  private static final String CPU = "cpu";

  /** Whose the file is, and how far it is with one of the host's. */
  private static final String KEEPER = "keeper";

  private static final String HOLD = "hold";
  private static final String LEAVING = "leaving";
  private static final String RELEASED = "released";
  private static final String END = "end";

  private static final LaunchRecordCodec LAUNCHES = new LaunchRecordCodec();

  private SaveRow() {}

  /** That of a save that is to begin, of the machine that there is. */
  static KeptJob of(SaveTarget target, DomainOnRecord ledger, Job.Origin origin) {
    boolean runs = ledger.status().state() == DomainState.RUNNING;
    return new KeptJob(
        new Job(
            JobId.random(),
            new Job.Target(JobKind.SAVE, ledger.uuid(), ledger.name(), target.file().toString()),
            origin,
            running(BEGINNING, Optional.empty(), "")),
        Map.of(
            KeptJob.INCARNATION,
            ledger.launch().orElseThrow().incarnation(),
            GUEST,
            (runs ? Guest.RUNNING : Guest.PAUSED).name(),
            KEEPER,
            target.keeper().name()));
  }

  /**
   * That of a managed save whose row was lost, as its file has it. Nobody knows whether its guest
   * has gone on from there meanwhile.
   */
  static KeptJob found(SavedMachine saved, SaveTarget target, DomainOnRecord ledger) {
    SavedMachine.Origin origin = saved.origin();
    Job.Status status =
        new Job.Status(
            JobState.SUCCEEDED, COMPLETE, Optional.empty(), "", Optional.of(origin.at()));
    return new KeptJob(
        new Job(
            origin.job(),
            new Job.Target(JobKind.SAVE, ledger.uuid(), ledger.name(), target.file().toString()),
            new Job.Origin(origin.actor(), Optional.empty(), origin.at()),
            status),
        Map.of(
            KeptJob.INCARNATION,
            saved.launch().incarnation(),
            GUEST,
            saved.guest().name(),
            KEEPER,
            target.keeper().name(),
            HOLD,
            LEAVING,
            LAUNCH,
            LAUNCHES.write(saved.launch())));
  }

  // ---- of managed saves

  /** Whether the host keeps its file. */
  static boolean isManaged(KeptJob job) {
    return job.job().target().kind() == JobKind.SAVE
        && job.fact(KEEPER).equals(SaveTarget.Keeper.HOST.name());
  }

  /** Whether a file that the host keeps has the guest by now, and still. */
  static boolean isHeld(KeptJob job) {
    boolean hasIt = phase(job).equals(ENDING) || job.job().status().state() == JobState.SUCCEEDED;
    return isManaged(job) && hasIt && !job.fact(HOLD).equals(RELEASED);
  }

  /** Whether its guest may have gone on from the file. */
  static boolean isLeaving(KeptJob job) {
    return job.fact(HOLD).equals(LEAVING);
  }

  /** Whether the file is of no use any more. */
  static boolean isReleased(KeptJob job) {
    return isManaged(job) && job.fact(HOLD).equals(RELEASED);
  }

  /** The same save, whose guest is about to go on. */
  static KeptJob leaving(KeptJob job) {
    return job.with(HOLD, LEAVING);
  }

  /** The same save, whose guest is not in the file any more. */
  static KeptJob released(KeptJob job) {
    return job.with(HOLD, RELEASED);
  }

  /** The same save in another phase. */
  static KeptJob in(String phase, KeptJob job) {
    return job.with(running(phase, job.job().status().progress(), ""));
  }

  /**
   * The same save, of which QEMU has written all, and it is on the disk. The machine is needed no
   * more, and so is on record here; how its images were counts from now on.
   */
  static KeptJob sealing(KeptJob job, Written written, LaunchRecord launch, GuestCpu cpu) {
    return in(
        SEALING,
        job.with(BYTES, Long.toString(written.bytes()))
            .with(IMAGES, ImageState.text(written.images()))
            .with(LAUNCH, LAUNCHES.write(launch))
            .with(CPU, GuestCpuCodec.text(cpu)));
  }

  /** What its guest's CPU was; unknown when that is not on record. */
  static GuestCpu cpu(KeptJob job) {
    return GuestCpuCodec.ofText(job.fact(CPU));
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
