package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.engine.BackupPlan.Basis;
import dev.berth.engine.BackupPlan.Marks;
import dev.berth.engine.BackupPlan.OfDisk;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.machine.Machine;
import dev.berth.qapi.block.BlockDeviceInfo;
import dev.berth.qapi.block.BlockDirtyBitmapRemove;
import dev.berth.qapi.block.BlockDirtyInfo;
import dev.berth.qapi.block.BlockdevAdd;
import dev.berth.qapi.block.BlockdevCreate;
import dev.berth.qapi.block.BlockdevDel;
import dev.berth.qapi.block.BlockdevOptions;
import dev.berth.qapi.block.QueryNamedBlockNodes;
import dev.berth.qapi.job.JobCancel;
import dev.berth.qapi.job.JobDismiss;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.JobStatus;
import dev.berth.qapi.job.QueryJobs;
import dev.berth.qapi.misc.AddFd;
import dev.berth.qapi.misc.FdsetFdInfo;
import dev.berth.qapi.misc.FdsetInfo;
import dev.berth.qapi.misc.QueryFdsets;
import dev.berth.qapi.misc.RemoveFd;
import dev.berth.qapi.transaction.Transaction;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What QEMU is told for one backup, on an operation's thread. Whatever is made for it has the job's
 * id in its name, so that a host which comes later finds it again; freeing twice does no harm.
 */
final class BackupSteps {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Machine machine;
  private final Fdsets fdsets;
  private final BackupFiles files;
  private final Path folder;
  private final JobId id;
  private final BackupPlan plan;
  private final QmpConnection qmp;

  /**
   * For one backup.
   *
   * @param folder in which it grows
   */
  BackupSteps(
      Machine machine, Fdsets fdsets, BackupFiles files, Path folder, JobId id, BackupPlan plan) {
    this.machine = machine;
    this.fdsets = fdsets;
    this.files = files;
    this.folder = folder;
    this.id = id;
    this.plan = plan;
    this.qmp = machine.qmp();
  }

  // ---- beginning

  /** Makes the images, and has QEMU open them. */
  void prepare() throws InterruptedException {
    files.makeFolder(folder);
    for (int i = 0; i < plan.disks().size(); i++) {
      OfDisk disk = plan.disks().get(i);
      removeUseless(disk);
      addFile(i, disk);
      create(i, disk);
      qmp(new BlockdevAdd(format(i)));
    }
  }

  private Path image(OfDisk disk) {
    return folder.resolve(disk.file());
  }

  private void removeUseless(OfDisk disk) throws InterruptedException {
    for (String bitmap : disk.marks().map(Marks::useless).orElse(List.of())) {
      qmp(new BlockDirtyBitmapRemove(disk.node(), bitmap));
    }
  }

  private void addFile(int index, OfDisk disk) throws InterruptedException {
    ObjectNode numbered = Json.object();
    OperationThreads.await(
        fdsets.number(machine, numbered).toCompletableFuture().thenApply(done -> null));
    long fdset = Json.number(numbered, HandRules.FDSET);
    try (RandomAccessFile image = files.create(image(disk))) {
      qmp.execute(
          new AddFd(Optional.of(fdset), Optional.of(fileNode(index))),
          image.getFD(),
          Deadline.none());
    } catch (IOException e) {
      throw new HostFailureException("'" + image(disk) + "' cannot be closed here: " + e, e);
    }
    qmp(
        BlockdevAdd.read(
            Json.object()
                .put("driver", "file")
                .put("node-name", fileNode(index))
                .put("filename", "/dev/fdset/" + fdset)));
  }

  private void create(int index, OfDisk disk) throws InterruptedException {
    ObjectNode options =
        Json.object().put("driver", "qcow2").put("file", fileNode(index)).put("size", disk.size());
    disk.basis()
        .ifPresent(
            basis -> { // relative, so that a directory of backups can be moved
              options.put("backing-file", folder.relativize(basis.file()).toString());
              options.put("backing-fmt", "qcow2");
            });
    String job = job(index) + "c";
    ObjectNode arguments = Json.object().put("job-id", job);
    arguments.set("options", options);
    qmp(BlockdevCreate.read(arguments));
    List<JobInfo> created = concluded(Set.of(job));
    String why =
        created.isEmpty()
            ? "somebody else has ended it in QEMU"
            : created.get(0).error().orElse("");
    if (!why.isEmpty()) {
      throw new HostFailureException("'" + image(disk) + "' cannot be made an image: " + why + ".");
    }
    qmp(new JobDismiss(job));
  }

  private BlockdevOptions format(int index) {
    return BlockdevOptions.read(
        Json.object()
            .put("driver", "qcow2")
            .put("node-name", imageNode(index))
            .put("file", fileNode(index))
            .putNull("backing"));
  }

  /**
   * Begins on all disks at one moment. A bitmap that goes on being noted in from then on comes in
   * the place of the last, which stays as it is at that moment.
   */
  void begin() throws InterruptedException {
    ArrayNode actions = Json.array();
    for (int i = 0; i < plan.disks().size(); i++) {
      OfDisk disk = plan.disks().get(i);
      disk.marks().ifPresent(marks -> mark(actions, disk.node(), marks));
      disk.basis().ifPresent(basis -> merge(actions, disk.node(), basis));
      backup(actions, i, disk);
    }
    ObjectNode arguments = Json.object();
    arguments.set("actions", actions);
    qmp(Transaction.read(arguments));
  }

  private static void mark(ArrayNode actions, String node, Marks marks) {
    action(actions, "block-dirty-bitmap-add")
        .put("node", node)
        .put("name", marks.next())
        .put("persistent", true);
    marks
        .last()
        .ifPresent(
            last ->
                action(actions, "block-dirty-bitmap-disable").put("node", node).put("name", last));
  }

  private void merge(ArrayNode actions, String node, Basis basis) {
    action(actions, "block-dirty-bitmap-add")
        .put("node", node)
        .put("name", merged())
        .put("disabled", true);
    ObjectNode merge =
        action(actions, "block-dirty-bitmap-merge").put("node", node).put("target", merged());
    basis.changed().forEach(merge.putArray("bitmaps")::add);
  }

  private void backup(ArrayNode actions, int index, OfDisk disk) {
    ObjectNode backup =
        action(actions, "blockdev-backup")
            .put("job-id", job(index))
            .put("device", disk.node())
            .put("target", imageNode(index))
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

  private static ObjectNode action(ArrayNode actions, String type) {
    return actions.addObject().put("type", type).putObject("data");
  }

  // ---- its end

  /** Frees all that QEMU has for a backup whose images are complete; closes them. */
  void release() throws InterruptedException {
    dismiss();
    for (OfDisk disk : plan.disks()) {
      removeBitmap(disk.node(), merged());
    }
    close();
  }

  /**
   * Makes it as if the backup had never begun: what was noted since is put into the bitmap that was
   * the last before, and that one is noted in again.
   */
  void undo() throws InterruptedException {
    Set<String> jobs = present();
    for (String job : jobs) {
      unlessRefused(new JobCancel(job));
    }
    concluded(jobs);
    dismiss();
    for (OfDisk disk : plan.disks()) {
      removeBitmap(disk.node(), merged());
      if (disk.marks().isPresent() && hasBitmap(disk.node(), disk.marks().get().next())) {
        qmp(takeBack(disk.node(), disk.marks().get()));
      }
    }
    close();
    files.discard(folder);
  }

  private static Transaction takeBack(String node, Marks marks) {
    ArrayNode actions = Json.array();
    marks
        .last()
        .ifPresent(
            last -> {
              action(actions, "block-dirty-bitmap-enable").put("node", node).put("name", last);
              action(actions, "block-dirty-bitmap-merge")
                  .put("node", node)
                  .put("target", last)
                  .putArray("bitmaps")
                  .add(marks.next());
            });
    action(actions, "block-dirty-bitmap-remove").put("node", node).put("name", marks.next());
    ObjectNode arguments = Json.object();
    arguments.set("actions", actions);
    return Transaction.read(arguments);
  }

  private void dismiss() throws InterruptedException {
    for (String job : present()) {
      qmp(new JobDismiss(job));
    }
  }

  private void close() throws InterruptedException {
    Set<String> nodes = new HashSet<>();
    nodes().forEach(node -> node.nodeName().ifPresent(nodes::add));
    for (int i = 0; i < plan.disks().size(); i++) {
      for (String node : List.of(imageNode(i), fileNode(i))) {
        if (nodes.contains(node)) {
          qmp(new BlockdevDel(node));
        }
      }
    }
    for (FdsetInfo set : qmp(new QueryFdsets())) {
      if (set.fds().stream().anyMatch(this::isOurs)) {
        qmp(new RemoveFd(set.fdsetId()));
      }
    }
  }

  private boolean isOurs(FdsetFdInfo descriptor) {
    return descriptor.opaque().filter(note -> note.startsWith(prefix())).isPresent();
  }

  private void removeBitmap(String node, String bitmap) throws InterruptedException {
    if (hasBitmap(node, bitmap)) {
      qmp(new BlockDirtyBitmapRemove(node, bitmap));
    }
  }

  private boolean hasBitmap(String node, String bitmap) throws InterruptedException {
    return nodes().stream()
        .filter(it -> it.nodeName().equals(Optional.of(node)))
        .flatMap(it -> it.dirtyBitmaps().orElse(List.of()).stream())
        .map(BlockDirtyInfo::name)
        .anyMatch(Optional.of(bitmap)::equals);
  }

  // ---- QEMU

  /** Those of its jobs that QEMU has, that of an image being made among them. */
  private Set<String> present() throws InterruptedException {
    Set<String> present = new HashSet<>();
    for (JobInfo job : qmp(new QueryJobs())) {
      if (job.id().startsWith(prefix())) {
        present.add(job.id());
      }
    }
    return present;
  }

  private List<JobInfo> concluded(Set<String> jobs) throws InterruptedException {
    while (true) {
      try (Expectation change = qmp.expect(event -> event.name().equals("JOB_STATUS_CHANGE"))) {
        List<JobInfo> ours =
            qmp(new QueryJobs()).stream().filter(job -> jobs.contains(job.id())).toList();
        if (ours.stream().allMatch(job -> job.status().equals(JobStatus.CONCLUDED))) {
          return ours;
        }
        change.await(Deadline.of(LOOK_AGAIN));
      } catch (DeadlineExceededException nothingNew) {
        continue;
      }
    }
  }

  private List<BlockDeviceInfo> nodes() throws InterruptedException {
    return qmp(new QueryNamedBlockNodes());
  }

  private void unlessRefused(QmpCommand<?> command) throws InterruptedException {
    try {
      qmp(command);
    } catch (QemuRefusedException alreadySo) {
      return; // it has just concluded
    }
  }

  private <R extends @Nullable Object> R qmp(QmpCommand<R> command) throws InterruptedException {
    return qmp.execute(command, Deadline.none());
  }

  // ---- names

  private String prefix() {
    return "b" + id + "-"; // FdsetAccount knows it
  }

  private String job(int index) {
    return prefix() + index;
  }

  /** The ids of its jobs, in the order of its disks. */
  static List<String> jobs(JobId id, BackupPlan plan) {
    return IntStream.range(0, plan.disks().size()).mapToObj(i -> "b" + id + "-" + i).toList();
  }

  private String fileNode(int index) {
    return job(index) + "f";
  }

  private String imageNode(int index) {
    return job(index) + "i";
  }

  private String merged() {
    return "b" + id;
  }
}
