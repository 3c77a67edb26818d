package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.engine.migration.StuckStreams;
import dev.berth.engine.qemu.BlockNodes;
import dev.berth.engine.qemu.QemuJobs;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.machine.StreamCredentials;
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
import dev.berth.qapi.job.QueryJobs;
import dev.berth.qapi.migration.BitmapMigrationBitmapAlias;
import dev.berth.qapi.migration.BitmapMigrationNodeAlias;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  /** For how long QEMU may wait for the other host's to begin. */
  private static final Duration BEGINNING = Duration.ofSeconds(30);

  /**
   * For how long QEMU connects, in seconds: its guest is not served meanwhile, and nothing can cut
   * a connection of which the other end has not said a word yet.
   */
  private static final int CONNECTING = 5;

  /** For how long a mirror that QEMU has just interrupted may take to go on. */
  private static final Duration GOING_ON = Duration.ofSeconds(5);

  /** For how long the guest stands at most until what it has written last is there. */
  private static final Duration LAST_WRITES = Duration.ofSeconds(60);

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

  /** How fast each of them is to go, as far as that is on record. */
  static List<BlockJobSetSpeed> pace(KeptJob job) {
    return mirrors(job).stream()
        .flatMap(
            id -> speed(job).stream().map(it -> BlockJobSetSpeed.builder(it).device(id).build()))
        .toList();
  }

  private static Optional<Long> speed(KeptJob job) {
    return MigrationRow.bytesPerSecond(job)
        .map(all -> Math.max(1, all / StorageRow.copies(job).size()));
  }

  // ---- beginning

  /**
   * Has QEMU copy all of them, and what the guest writes meanwhile; those that it copies stay.
   *
   * @throws HostFailureException when that has not begun within some time
   */
  void begin() throws InterruptedException {
    try {
      begin(Deadline.of(BEGINNING));
    } catch (DeadlineExceededException heldUp) {
      throw new HostFailureException(
          "the copying of its images has not begun within "
              + BEGINNING.toSeconds()
              + " s: the other host's QEMU does not answer",
          heldUp);
    }
  }

  private void begin(Deadline deadline) throws InterruptedException {
    Set<String> present = jobs.present();
    Set<String> nodes = new BlockNodes(qmp).names();
    for (int i = 0; i < copies.size(); i++) {
      if (!present.contains(prefix + i)) {
        if (!nodes.contains(target(i))) {
          qmp.execute(BlockdevAdd.read(client(i)), deadline);
        }
        qmp.execute(mirror(i), deadline);
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
    StreamAddress storage = StorageRow.storage(job);
    if (storage instanceof StreamAddress.Port) { // nothing leaves this machine in the clear
      node.put("tls-creds", StreamCredentials.ID);
    }
    node.set("server", server(storage));
    if (qmp.supports("blockdev-add", "open-timeout")) { // QEMU 7.0
      node.put("open-timeout", CONNECTING);
    }
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
    speed(job).ifPresent(mirror::speed);
    if (qmp.supports("blockdev-mirror", "target-is-zero")) {
      mirror.targetIsZero(true);
    }
    return mirror.build();
  }

  // ---- the switch

  /**
   * Requires that each mirror follows a guest that stands since a moment ago: then nothing that it
   * has written is missing once they have ended.
   *
   * @throws HostFailureException when one of them does not, with why
   */
  void requireReady() throws InterruptedException {
    Deadline deadline = Deadline.of(GOING_ON); // when a guest stops, its mirrors do for an instant
    while (true) {
      try (Expectation change = qmp.expect(event -> event.name().equals("JOB_STATUS_CHANGE"))) {
        MirrorReport report = new MirrorReport(job, qmp.execute(new QueryJobs(), deadline));
        Optional<String> failure = report.failure().or(report::early);
        if (failure.isPresent()) {
          throw new HostFailureException(failure.get());
        }
        if (report.areReady()) {
          return;
        }
        change.await(deadline);
      } catch (DeadlineExceededException stays) {
        throw new HostFailureException(
            "one of its images is not followed any more: QEMU has paused its copying, or does not"
                + " say how it is",
            stays);
      }
    }
  }

  /**
   * Brings to the target what the guest has written last, and ends the mirrors, while the guest
   * stands. Those that have ended so before are left as they are.
   *
   * @throws HostFailureException when not all of it has come there, or not within some time
   */
  void finish() throws InterruptedException {
    Deadline deadline = Deadline.of(LAST_WRITES);
    try {
      Optional<String> failure = finish(deadline).failure();
      if (failure.isPresent()) {
        throw new HostFailureException(failure.get());
      }
      removeClients(deadline);
    } catch (DeadlineExceededException heldUp) {
      throw new HostFailureException(
          "the other host's QEMU has not taken what the guest has written last within "
              + LAST_WRITES.toSeconds()
              + " s",
          heldUp);
    }
  }

  /**
   * Has the mirrors of images end that nobody writes to. QEMU says so once all of it is on the disk
   * there, however long that takes. Those that have ended so before are left as they are.
   */
  void endAtRest() throws InterruptedException {
    end(Deadline.none());
  }

  private MirrorReport finish(Deadline deadline) throws InterruptedException {
    end(deadline);
    return new MirrorReport(job, jobs.concluded(Set.copyOf(mirrors(job)), deadline));
  }

  private void end(Deadline deadline) throws InterruptedException {
    for (String mirror : mirrors(job)) {
      try {
        qmp.execute(BlockJobSetSpeed.builder(0).device(mirror).build(), deadline);
        qmp.execute(BlockJobCancel.builder().device(mirror).force(false).build(), deadline);
      } catch (QemuRefusedException over) {
        continue; // which is found out now
      }
    }
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

  /**
   * Cuts QEMU off from where it copies to, and so ends what waits for the other host; nobody wants
   * the copies any more.
   */
  void cut() {
    new StuckStreams(qmp).cutNodes(clients());
  }

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
    removeClients(Deadline.none());
  }

  private void removeClients(Deadline deadline) throws InterruptedException {
    Set<String> nodes = new BlockNodes(qmp).names();
    for (String client : clients()) {
      if (nodes.contains(client)) {
        qmp.execute(new BlockdevDel(client), deadline);
      }
    }
  }

  private List<String> clients() {
    return IntStream.range(0, copies.size()).mapToObj(this::target).toList();
  }

  private String target(int index) {
    return prefix + index + "t";
  }

  private <R extends @Nullable Object> R run(QmpCommand<R> command) throws InterruptedException {
    return qmp.execute(command, Deadline.none());
  }
}
