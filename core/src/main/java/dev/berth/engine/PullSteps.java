package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.backup.DiskMarks;
import dev.berth.engine.backup.NbdServer;
import dev.berth.engine.backup.PullPlan;
import dev.berth.engine.backup.PullPlan.OfDisk;
import dev.berth.engine.qemu.BlockNodes;
import dev.berth.engine.qemu.QemuJobs;
import dev.berth.error.DeadlineExceededException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.machine.Machine;
import dev.berth.qapi.block.BlockExportAdd;
import dev.berth.qapi.block.BlockExportDel;
import dev.berth.qapi.block.BlockExportInfo;
import dev.berth.qapi.block.BlockExportRemoveMode;
import dev.berth.qapi.block.BlockdevAdd;
import dev.berth.qapi.block.BlockdevDel;
import dev.berth.qapi.block.QueryBlockExports;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What QEMU is told for one export of disks, on a thread that may wait for it. Before the guest
 * overwrites something, QEMU copies what was there to a scratch image, which stands on the disk:
 * what is read through it is the disk as it was.
 *
 * <pre>
 *   guest ──► filter ──► disk ◄──┐ where nothing was overwritten
 *                └─────► scratch ┴──► NBD export
 * </pre>
 *
 * <p>When the scratch image cannot be written, QEMU 11.1 lets the guest go on, and the export reads
 * through the filter (a {@code snapshot-access} node) and fails from then on. Older ones fail the
 * guest's write, for which QEMU stops the guest; it goes on, and writes again, once the export is
 * ended.
 *
 * <p>Whatever is made has the job's id in its name, so that a host which comes later finds it
 * again; freeing twice does no harm.
 */
final class PullSteps {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final BackupFiles files;
  private final Path scratch;
  private final JobId id;
  private final PullPlan plan;
  private final QmpConnection qmp;
  private final QemuJobs jobs;
  private final JobImages images;
  private final NbdServer server;

  /**
   * For one export.
   *
   * @param scratch the folder of its scratch images
   */
  PullSteps(
      Machine machine, Fdsets fdsets, BackupFiles files, Path scratch, JobId id, PullPlan plan) {
    this.files = files;
    this.scratch = scratch;
    this.id = id;
    this.plan = plan;
    this.qmp = machine.qmp();
    this.jobs = new QemuJobs(qmp, JobImages.prefix(id));
    this.images = new JobImages(machine, fdsets, files, id);
    this.server = new NbdServer(machine);
  }

  /** Whether the guest goes on undisturbed when the scratch image cannot be written. */
  static boolean sparesGuest(QmpConnection qmp) {
    return qmp.supports("blockdev-backup", "on-cbw-error");
  }

  // ---- beginning

  /** Makes the scratch images, and has QEMU open them. */
  void prepare() throws InterruptedException {
    files.makeFolder(scratch);
    for (int i = 0; i < plan.disks().size(); i++) {
      OfDisk disk = plan.disks().get(i);
      if (disk.marks().isPresent()) {
        marks(disk).removeUseless(disk.marks().get());
      }
      images.make(
          i,
          scratch.resolve(disk.disk() + ".qcow2"),
          disk.size(),
          Json.object(),
          Optional.of(disk.node()));
    }
  }

  /** Begins on all disks at one moment. */
  void begin() throws InterruptedException {
    ArrayNode actions = Json.array();
    for (int i = 0; i < plan.disks().size(); i++) {
      OfDisk disk = plan.disks().get(i);
      DiskMarks marks = marks(disk);
      disk.marks().ifPresent(its -> marks.begin(actions, its));
      disk.changes().ifPresent(changes -> marks.merge(actions, merged(id), changes.bitmaps()));
      ObjectNode backup =
          DiskMarks.action(actions, "blockdev-backup")
              .put("job-id", name(i))
              .put("device", disk.node())
              .put("target", images.node(i))
              .put("sync", "none")
              .put("auto-dismiss", false);
      if (sparesGuest(qmp)) {
        backup.put("on-cbw-error", "break-snapshot").put("filter-node-name", name(i) + "b");
      }
    }
    qmp(DiskMarks.transaction(actions));
  }

  /** Serves them. */
  void serve() throws InterruptedException {
    server.start();
    for (int i = 0; i < plan.disks().size(); i++) {
      if (sparesGuest(qmp)) {
        qmp(
            BlockdevAdd.read(
                Json.object()
                    .put("driver", "snapshot-access")
                    .put("node-name", name(i) + "s")
                    .put("file", name(i) + "b")));
      }
      qmp(export(i));
    }
  }

  private BlockExportAdd export(int index) {
    OfDisk disk = plan.disks().get(index);
    ObjectNode export =
        Json.object()
            .put("type", "nbd")
            .put("id", name(index))
            .put("node-name", sparesGuest(qmp) ? name(index) + "s" : images.node(index))
            .put("name", disk.disk())
            .put("writable", false);
    if (disk.changes().isPresent()) {
      ArrayNode bitmaps = export.putArray("bitmaps");
      if (sparesGuest(qmp)) { // else QEMU looks for it in the images below
        bitmaps.addObject().put("node", disk.node()).put("name", merged(id));
      } else {
        bitmaps.add(merged(id));
      }
    }
    return BlockExportAdd.read(export);
  }

  // ---- its end

  /**
   * Frees all that QEMU has for it. Its marks stay.
   *
   * @param isNeeded whether another job needs the server
   */
  void release(boolean isNeeded) throws InterruptedException {
    free(isNeeded);
    images.close(plan.disks().size());
    files.discard(scratch);
  }

  /**
   * Makes it as if it had never begun: what was noted since is put into the bitmap that was the
   * last before, and that one is noted in again.
   *
   * @param isNeeded whether another job needs the server
   */
  void undo(boolean isNeeded) throws InterruptedException {
    free(isNeeded);
    for (OfDisk disk : plan.disks()) {
      if (disk.marks().isPresent()) {
        marks(disk).takeBack(disk.marks().get());
      }
    }
    images.close(plan.disks().size());
    files.discard(scratch);
  }

  private void free(boolean isNeeded) throws InterruptedException {
    removeExports();
    if (!isNeeded) {
      server.stop();
    }
    Set<String> nodes = new BlockNodes(qmp).names();
    for (int i = 0; i < plan.disks().size(); i++) {
      if (nodes.contains(name(i) + "s")) {
        qmp(new BlockdevDel(name(i) + "s"));
      }
    }
    jobs.end();
    for (OfDisk disk : plan.disks()) {
      marks(disk).remove(merged(id));
    }
    letGoOn();
  }

  /** Clients that are connected are cut off. */
  private void removeExports() throws InterruptedException {
    while (true) {
      try (Expectation gone = qmp.expect(event -> event.name().equals("BLOCK_EXPORT_DELETED"))) {
        List<BlockExportInfo> ours =
            qmp(new QueryBlockExports()).stream()
                .filter(export -> exports(id, plan).contains(export.id()))
                .toList();
        if (ours.isEmpty()) {
          return;
        }
        for (BlockExportInfo export : ours) {
          if (!export.shuttingDown()) {
            qmp(BlockExportDel.builder(export.id()).mode(BlockExportRemoveMode.HARD).build());
          }
        }
        gone.await(Deadline.of(LOOK_AGAIN));
      } catch (DeadlineExceededException nothingNew) {
        continue;
      }
    }
  }

  /** A guest that was stopped because the scratch image could not be written writes again. */
  private void letGoOn() throws InterruptedException {
    if (!sparesGuest(qmp) && qmp(new QueryStatus()).status().value().equals("io-error")) {
      qmp(new Cont());
    }
  }

  // ---- its parts

  private DiskMarks marks(OfDisk disk) {
    return new DiskMarks(qmp, disk.node());
  }

  private String name(int index) {
    return JobImages.prefix(id) + index;
  }

  /** The ids of its exports, which are those of QEMU's jobs for it too. */
  static List<String> exports(JobId id, PullPlan plan) {
    return IntStream.range(0, plan.disks().size()).mapToObj(i -> JobImages.prefix(id) + i).toList();
  }

  /** The bitmap that says for the time being what was written since an earlier one. */
  static String merged(JobId id) {
    return "b" + id;
  }

  private <R extends @Nullable Object> R qmp(QmpCommand<R> command) throws InterruptedException {
    return qmp.execute(command, Deadline.none());
  }
}
