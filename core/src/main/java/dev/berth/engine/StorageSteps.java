package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.StreamAddress;
import dev.berth.qapi.block.BlockDeviceInfo;
import dev.berth.qapi.block.BlockDirtyInfo;
import dev.berth.qapi.block.BlockJobCancel;
import dev.berth.qapi.block.BlockJobSetSpeed;
import dev.berth.qapi.block.BlockdevAdd;
import dev.berth.qapi.block.BlockdevDel;
import dev.berth.qapi.block.BlockdevMirror;
import dev.berth.qapi.block.MirrorSyncMode;
import dev.berth.qapi.block.QueryNamedBlockNodes;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.JobStatus;
import dev.berth.qapi.migration.BitmapMigrationBitmapAlias;
import dev.berth.qapi.migration.BitmapMigrationNodeAlias;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What QEMU is told for the images that one machine takes along, at its source, on a thread that
 * may wait for it.
 *
 * <pre>
 *   guest ──► filter ──► image
 *                └─────► NBD client ──► the target's QEMU ──► image there
 * </pre>
 *
 * <p>Nothing of it is dismissed before the migration is taken back: that QEMU still has a mirror,
 * and how that has ended, is the evidence for a host that comes later.
 */
final class StorageSteps {
  private static final Set<JobStatus> ENDED = Set.of(JobStatus.CONCLUDED, JobStatus.ABORTING);

  private final QmpConnection qmp;
  private final KeptJob job;
  private final List<CopiedImage> copies;
  private final String prefix;
  private final QemuJobs jobs;

  StorageSteps(QmpConnection qmp, KeptJob job) {
    this.qmp = qmp;
    this.job = job;
    this.copies = StorageRow.copies(job);
    this.prefix = JobImages.prefix(job.job().id());
    this.jobs = new QemuJobs(qmp, prefix);
  }

  /** The ids of its mirrors, in the order of the images. */
  static List<String> mirrors(KeptJob job) {
    String prefix = JobImages.prefix(job.job().id());
    return IntStream.range(0, StorageRow.copies(job).size()).mapToObj(i -> prefix + i).toList();
  }

  // ---- beginning

  /** Has QEMU copy all of them, and what the guest writes meanwhile; those that it copies stay. */
  void begin() throws InterruptedException {
    Set<String> present = jobs.present();
    Set<String> nodes = new BlockNodes(qmp).names();
    for (int i = 0; i < copies.size(); i++) {
      if (!present.contains(prefix + i)) {
        if (!nodes.contains(target(i))) {
          run(BlockdevAdd.read(client(i)));
        }
        run(mirror(i));
      }
    }
  }

  private ObjectNode client(int index) {
    ObjectNode node =
        Json.object()
            .put("driver", "nbd")
            .put("node-name", target(index))
            .put("export", copies.get(index).disk())
            .put("discard", "unmap");
    node.set("server", server(StorageRow.storage(job)));
    return node;
  }

  private static ObjectNode server(StreamAddress address) {
    if (address instanceof StreamAddress.Port port) {
      return Json.object()
          .put("type", "inet")
          .put("host", port.host())
          .put("port", Integer.toString(port.port()));
    }
    return Json.object().put("type", "unix").put("path", address.text());
  }

  private BlockdevMirror mirror(int index) {
    CopiedImage copy = copies.get(index);
    BlockdevMirror.Builder mirror =
        BlockdevMirror.builder(copy.node(), target(index), MirrorSyncMode.FULL)
            .jobId(prefix + index)
            .filterNodeName(prefix + index + "m")
            .autoDismiss(false);
    MigrationRow.bytesPerSecond(job)
        .ifPresent(speed -> mirror.speed(Math.max(1, speed / copies.size())));
    if (qmp.supports("blockdev-mirror", "target-is-zero")) {
      mirror.targetIsZero(true);
    }
    return mirror.build();
  }

  // ---- the switch

  /**
   * Brings to the target what the guest has written last, and ends the mirrors, while the guest
   * stands. Those that have ended so before are left as they are.
   *
   * @throws HostFailureException when not all of it has come there
   */
  void finish() throws InterruptedException {
    List<String> mirrors = mirrors(job);
    for (String mirror : mirrors) {
      try {
        run(BlockJobSetSpeed.builder(0).device(mirror).build());
        run(BlockJobCancel.builder().device(mirror).force(false).build());
      } catch (QemuRefusedException over) {
        continue; // which is found out now
      }
    }
    List<JobInfo> ended = jobs.concluded(Set.copyOf(mirrors));
    Optional<String> failure = failure(job, ended);
    if (failure.isPresent()) {
      throw new HostFailureException(failure.get());
    }
    removeClients();
  }

  /** Why what QEMU has of its mirrors is of no use; empty as long as it may be. */
  static Optional<String> failure(KeptJob job, List<JobInfo> known) {
    List<String> mirrors = mirrors(job);
    for (int i = 0; i < mirrors.size(); i++) {
      String id = mirrors.get(i);
      String disk = StorageRow.copies(job).get(i).disk();
      Optional<JobInfo> mirror = known.stream().filter(it -> it.id().equals(id)).findFirst();
      if (mirror.isEmpty()) {
        return Optional.of("somebody else has ended the copying of disk '" + disk + "' in QEMU");
      }
      if (mirror.get().error().isPresent()) {
        return Optional.of("disk '" + disk + "' cannot be copied: " + mirror.get().error().get());
      }
    }
    return Optional.empty();
  }

  /**
   * Which of its mirrors has ended before the guest stands, by somebody else's doing: what the
   * guest writes from then on would not go along.
   */
  static Optional<String> early(KeptJob job, List<JobInfo> known) {
    List<String> mirrors = mirrors(job);
    return known.stream()
        .filter(mirror -> mirrors.contains(mirror.id()))
        .filter(mirror -> ENDED.contains(mirror.status()))
        .findFirst()
        .map(
            mirror ->
                "somebody else has ended the copying of disk '"
                    + StorageRow.copies(job).get(mirrors.indexOf(mirror.id())).disk()
                    + "' in QEMU");
  }

  /** The bitmaps that go along: those of each image that can all be used. */
  List<BitmapMigrationNodeAlias> bitmaps() throws InterruptedException {
    List<BitmapMigrationNodeAlias> all = new ArrayList<>();
    List<BlockDeviceInfo> nodes = run(new QueryNamedBlockNodes()); // devices show mirrors' filters
    for (BlockDeviceInfo node : nodes) {
      String name = node.nodeName().orElse("");
      List<BlockDirtyInfo> bitmaps =
          node.dirtyBitmaps().orElse(List.of()).stream()
              .filter(bitmap -> bitmap.name().isPresent())
              .toList();
      boolean isCopied = copies.stream().anyMatch(copy -> copy.node().equals(name));
      boolean areRight = bitmaps.stream().noneMatch(it -> it.inconsistent().orElse(false));
      if (isCopied && areRight && !bitmaps.isEmpty()) {
        all.add(new BitmapMigrationNodeAlias(name, name, aliases(bitmaps)));
      }
    }
    return all;
  }

  private static List<BitmapMigrationBitmapAlias> aliases(List<BlockDirtyInfo> bitmaps) {
    return bitmaps.stream()
        .map(bitmap -> bitmap.name().orElseThrow())
        .map(name -> new BitmapMigrationBitmapAlias(name, name))
        .toList();
  }

  // ---- its end

  /** Frees all that QEMU has for it, whatever that is at. */
  void undo() throws InterruptedException {
    Set<String> present = jobs.present();
    for (String mirror : present) {
      try {
        run(BlockJobCancel.builder().device(mirror).force(true).build());
      } catch (QemuRefusedException over) {
        continue; // it has just concluded
      }
    }
    jobs.concluded(present);
    jobs.dismiss();
    removeClients();
  }

  private void removeClients() throws InterruptedException {
    Set<String> nodes = new BlockNodes(qmp).names();
    Set<String> clients =
        IntStream.range(0, copies.size()).mapToObj(this::target).collect(Collectors.toSet());
    for (String client : clients) {
      if (nodes.contains(client)) {
        run(new BlockdevDel(client));
      }
    }
  }

  private String target(int index) {
    return prefix + index + "t";
  }

  private <R extends @Nullable Object> R run(QmpCommand<R> command) throws InterruptedException {
    return qmp.execute(command, Deadline.none());
  }
}
