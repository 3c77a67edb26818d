package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.device.FdsetAccount;
import dev.berth.engine.qemu.BlockNodes;
import dev.berth.engine.qemu.HandRules;
import dev.berth.engine.qemu.QemuJobs;
import dev.berth.engine.thread.OperationThreads;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.image.ImageFormat;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.machine.Machine;
import dev.berth.machine.TargetFile;
import dev.berth.machine.TargetFile.Kind;
import dev.berth.qapi.block.BlockResize;
import dev.berth.qapi.block.BlockdevAdd;
import dev.berth.qapi.block.BlockdevCreate;
import dev.berth.qapi.block.BlockdevDel;
import dev.berth.qapi.block.BlockdevOptions;
import dev.berth.qapi.block.BlockdevReopen;
import dev.berth.qapi.block.XBlockdevReopen;
import dev.berth.qapi.job.JobDismiss;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.misc.AddFd;
import dev.berth.qapi.misc.FdsetFdInfo;
import dev.berth.qapi.misc.FdsetInfo;
import dev.berth.qapi.misc.QueryFdsets;
import dev.berth.qapi.misc.RemoveFd;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The images that one job has QEMU write to: made and opened by the host, handed over as open
 * files, formatted by QEMU. Nodes and fdsets have the job's id in their names, so that a host which
 * comes later finds them again; freeing twice does no harm. For a thread that may wait for QEMU.
 */
final class JobImages {
  private static final String REOPEN = "blockdev-reopen";

  private final Machine machine;
  private final Fdsets fdsets;
  private final BackupFiles files;
  private final String prefix;
  private final QmpConnection qmp;
  private final QemuJobs jobs;

  JobImages(Machine machine, Fdsets fdsets, BackupFiles files, JobId id) {
    this.machine = machine;
    this.fdsets = fdsets;
    this.files = files;
    this.prefix = prefix(id);
    this.qmp = machine.qmp();
    this.jobs = new QemuJobs(qmp, prefix);
  }

  /**
   * An image that QEMU has open.
   *
   * @param size of the disk, in bytes
   */
  record Image(ImageFormat format, long size) {}

  /** Who brings to the disk what QEMU has written. */
  private enum Flush {
    BY_HOST,
    BY_QEMU
  }

  /** How all that QEMU has for a job is called in the beginning; {@link FdsetAccount} knows it. */
  static String prefix(JobId id) {
    return "b" + id + "-";
  }

  /** The node of an image. */
  String node(int index) {
    return prefix + index + "i";
  }

  private String fileNode(int index) {
    return prefix + index + "f";
  }

  /**
   * Makes a qcow2, which is not there yet, and has QEMU open it.
   *
   * @param size in bytes
   * @param header what its header names it to stand on, members of {@code blockdev-create}
   * @param backing the node that it stands on in QEMU; none when it is empty
   */
  void make(int index, Path image, long size, ObjectNode header, Optional<String> backing)
      throws InterruptedException {
    addNew(index, image, 0);
    format(index, image, size, header);
    ObjectNode node = described(index, new Image(ImageFormat.QCOW2, size));
    backing.ifPresentOrElse(name -> node.put("backing", name), () -> node.putNull("backing"));
    qmp(BlockdevAdd.read(node));
  }

  /**
   * Makes a raw image, which is not there yet, and has QEMU open it.
   *
   * @param size in bytes
   */
  void makeRaw(int index, Path image, long size) throws InterruptedException {
    addNew(index, image, size);
    qmp(BlockdevAdd.read(described(index, new Image(ImageFormat.RAW, size))));
  }

  /**
   * Has QEMU open a file that somebody gives, and makes it an image: what it had is gone. QEMU has
   * it locked by then, or has refused.
   *
   * @param given with an open file description of QEMU's own
   */
  void take(int index, FileDescriptor given, TargetFile target, Image image)
      throws InterruptedException {
    addFile(index, given, target.kind(), Flush.BY_QEMU);
    boolean isRaw = image.format() == ImageFormat.RAW;
    if (target.kind() == Kind.FILE) {
      long length = isRaw ? image.size() : 0;
      qmp(new BlockResize(Optional.empty(), Optional.of(fileNode(index)), length));
    }
    ObjectNode node = described(index, image);
    if (!isRaw) {
      format(index, target.place(), image.size(), Json.object());
      node.putNull("backing");
    }
    qmp(BlockdevAdd.read(node));
  }

  /** A device may be larger than the disk. */
  private ObjectNode described(int index, Image image) {
    ObjectNode node =
        Json.object()
            .put("driver", image.format().text())
            .put("node-name", node(index))
            .put("file", fileNode(index));
    return image.format() == ImageFormat.RAW ? node.put("size", image.size()) : node;
  }

  /** QEMU need not wait for the disk when it closes the file: whoever names it brings it there. */
  private void addNew(int index, Path path, long length) throws InterruptedException {
    try (RandomAccessFile image = files.create(path)) {
      image.setLength(length);
      addFile(index, image.getFD(), Kind.FILE, Flush.BY_HOST);
    } catch (IOException e) {
      throw new HostFailureException("'" + path + "' cannot be made: " + e.getMessage() + ".", e);
    }
  }

  private void addFile(int index, FileDescriptor image, Kind kind, Flush flush)
      throws InterruptedException {
    ObjectNode numbered = Json.object();
    OperationThreads.await(
        fdsets.number(machine, numbered).toCompletableFuture().thenApply(done -> null));
    long fdset = Json.number(numbered, HandRules.FDSET);
    qmp.execute(
        new AddFd(Optional.of(fdset), Optional.of(fileNode(index))), image, Deadline.none());
    qmp(
        BlockdevAdd.read(
            Json.object()
                .put("driver", kind == Kind.FILE ? "file" : "host_device")
                .put("node-name", fileNode(index))
                .put("filename", "/dev/fdset/" + fdset)
                .set("cache", Json.object().put("no-flush", flush == Flush.BY_HOST))));
  }

  private void format(int index, Path image, long size, ObjectNode header)
      throws InterruptedException {
    ObjectNode options =
        Json.object().put("driver", "qcow2").put("file", fileNode(index)).put("size", size);
    options.setAll(header);
    String job = prefix + index + "c";
    ObjectNode arguments = Json.object().put("job-id", job);
    arguments.set("options", options);
    qmp(BlockdevCreate.read(arguments));
    List<JobInfo> created = jobs.concluded(Set.of(job));
    String why =
        created.isEmpty()
            ? "somebody else has ended it in QEMU"
            : created.get(0).error().orElse("");
    if (!why.isEmpty()) {
      throw new HostFailureException("'" + image + "' cannot be made an image: " + why + ".");
    }
    qmp(new JobDismiss(job));
  }

  /**
   * Has QEMU write what it has of images in its memory, as far as it has them. Closing them does
   * that as well, and tells nobody when it fails; no job writes to them, and they stand on no node.
   *
   * @param images those, in their order
   * @throws QemuRefusedException when it cannot be written
   */
  void writeOut(List<Image> images) throws InterruptedException {
    Set<String> nodes = new BlockNodes(qmp).names();
    for (int i = 0; i < images.size(); i++) {
      if (nodes.contains(node(i))) {
        BlockdevOptions readOnly = readOnly(i, images.get(i));
        if (qmp.supports(REOPEN)) {
          qmp(new BlockdevReopen(List.of(readOnly)));
        } else {
          qmp(new XBlockdevReopen(readOnly));
        }
      }
    }
  }

  private BlockdevOptions readOnly(int index, Image image) {
    ObjectNode node = described(index, image).put("read-only", true);
    return BlockdevOptions.read(image.format() == ImageFormat.RAW ? node : node.putNull("backing"));
  }

  /** Has QEMU close so many images, as far as it has them, and frees their fdsets. */
  void close(int count) throws InterruptedException {
    Set<String> nodes = new BlockNodes(qmp).names();
    for (int i = 0; i < count; i++) {
      for (String node : List.of(node(i), fileNode(i))) {
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
    return descriptor.opaque().filter(note -> note.startsWith(prefix)).isPresent();
  }

  private <R extends @Nullable Object> R qmp(QmpCommand<R> command) throws InterruptedException {
    return qmp.execute(command, Deadline.none());
  }
}
