package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.engine.JobImages.Image;
import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.backup.BackupPlan;
import dev.berth.engine.backup.BackupPlan.OfDisk;
import dev.berth.engine.backup.BackupTargets;
import dev.berth.engine.backup.DiskMarks;
import dev.berth.engine.qemu.QemuJobs;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.image.ImageFormat;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.machine.Machine;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import java.io.FileDescriptor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What QEMU is told for one backup, on an operation's thread. Whatever is made for it has the job's
 * id in its name, so that a host which comes later finds it again; freeing twice does no harm.
 */
final class BackupSteps {
  private final BackupFiles files;
  private final Path folder;
  private final JobId id;
  private final BackupPlan plan;
  private final QmpConnection qmp;
  private final QemuJobs jobs;
  private final JobImages images;
  private final BackupTargets targets;

  /**
   * For one backup.
   *
   * @param folder in which it grows
   * @param targets what was given to be written to
   */
  BackupSteps(
      Machine machine,
      Fdsets fdsets,
      BackupFiles files,
      Path folder,
      JobId id,
      BackupPlan plan,
      BackupTargets targets) {
    this.targets = targets;
    this.files = files;
    this.folder = folder;
    this.id = id;
    this.plan = plan;
    this.qmp = machine.qmp();
    this.jobs = new QemuJobs(qmp, JobImages.prefix(id));
    this.images = new JobImages(machine, fdsets, files, id);
  }

  // ---- beginning

  /** Makes the images, and has QEMU open them. */
  void prepare() throws InterruptedException {
    files.makeFolder(folder);
    for (int i = 0; i < plan.disks().size(); i++) {
      OfDisk disk = plan.disks().get(i);
      if (disk.marks().isPresent()) {
        marks(disk).removeUseless(disk.marks().get());
      }
      make(i, disk);
    }
  }

  private void make(int index, OfDisk disk) throws InterruptedException {
    Path image = folder.resolve(disk.file());
    if (disk.target().isPresent()) {
      images.take(index, given(disk), disk.target().get(), image(disk));
    } else if (disk.format() == ImageFormat.RAW) {
      images.makeRaw(index, image, disk.size());
    } else {
      images.make(index, image, disk.size(), standsOn(disk), Optional.empty());
    }
  }

  private FileDescriptor given(OfDisk disk) {
    return targets
        .of(id, disk.disk())
        .orElseThrow(
            () ->
                new HostFailureException(
                    "The host's process that was given a file for disk '"
                        + disk.disk()
                        + "' has ended."));
  }

  private static Image image(OfDisk disk) {
    return new Image(disk.format(), disk.size());
  }

  private ObjectNode standsOn(OfDisk disk) {
    ObjectNode header = Json.object();
    disk.basis()
        .ifPresent(
            basis -> { // relative, so that a directory of backups can be moved
              header.put("backing-file", folder.relativize(basis.file()).toString());
              header.put("backing-fmt", basis.format().text());
            });
    return header;
  }

  /**
   * Begins on all disks at one moment.
   *
   * @param deadline after which it is not waited for whether QEMU has done so
   */
  void begin(Deadline deadline) throws InterruptedException {
    ArrayNode actions = Json.array();
    for (int i = 0; i < plan.disks().size(); i++) {
      OfDisk disk = plan.disks().get(i);
      DiskMarks marks = marks(disk);
      disk.marks().ifPresent(its -> marks.begin(actions, its));
      disk.basis().ifPresent(basis -> marks.merge(actions, merged(), basis.changed()));
      backup(actions, i, disk);
    }
    qmp.execute(DiskMarks.transaction(actions), deadline);
  }

  private void backup(ArrayNode actions, int index, OfDisk disk) {
    ObjectNode backup =
        DiskMarks.action(actions, "blockdev-backup")
            .put("job-id", JobImages.prefix(id) + index)
            .put("device", disk.node())
            .put("target", images.node(index))
            .put("sync", disk.basis().isPresent() ? "bitmap" : "full")
            .put("auto-dismiss", false);
    if (disk.basis().isPresent()) {
      backup.put("bitmap", merged()).put("bitmap-mode", "never");
    }
    if (plan.bytesPerSecond() > 0) {
      backup.put("speed", plan.bytesPerSecond());
    }
    if (plan.compress()) {
      backup.put("compress", true);
    }
  }

  // ---- its end

  /**
   * Frees all that QEMU has for a backup whose images are complete; closes them.
   *
   * @throws QemuRefusedException when what QEMU has of them in its memory cannot be written
   */
  void release() throws InterruptedException {
    jobs.dismiss();
    for (OfDisk disk : plan.disks()) {
      marks(disk).remove(merged());
    }
    images.writeOut(plan.disks().stream().map(BackupSteps::image).toList());
    images.close(plan.disks().size());
  }

  /**
   * Makes it as if the backup had never begun: what was noted since is put into the bitmap that was
   * the last before, and that one is noted in again.
   */
  void undo() throws InterruptedException {
    jobs.end();
    for (OfDisk disk : plan.disks()) {
      marks(disk).remove(merged());
      if (disk.marks().isPresent()) {
        marks(disk).takeBack(disk.marks().get());
      }
    }
    images.close(plan.disks().size());
    files.discard(folder);
  }

  // ---- its parts

  private DiskMarks marks(OfDisk disk) {
    return new DiskMarks(qmp, disk.node());
  }

  /** The ids of its jobs, in the order of its disks. */
  static List<String> jobs(JobId id, BackupPlan plan) {
    return IntStream.range(0, plan.disks().size()).mapToObj(i -> JobImages.prefix(id) + i).toList();
  }

  private String merged() {
    return "b" + id;
  }
}
