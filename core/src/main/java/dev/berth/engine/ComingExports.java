package dev.berth.engine;

import dev.berth.engine.migration.ComingServer;
import dev.berth.error.DeadlineExceededException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.StreamAddress;
import dev.berth.qapi.block.BlockExportAdd;
import dev.berth.qapi.block.BlockExportDel;
import dev.berth.qapi.block.BlockExportInfo;
import dev.berth.qapi.block.BlockExportRemoveMode;
import dev.berth.qapi.block.QueryBlockExports;
import dev.berth.qapi.migration.MigrateSetCapabilities;
import dev.berth.qapi.migration.MigrationCapability;
import dev.berth.qapi.migration.MigrationCapabilityStatus;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The images of a machine that is to come, as its source's QEMU writes to them. On a thread that
 * may wait for QEMU; freeing twice does no harm.
 */
final class ComingExports {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final QmpConnection qmp;
  private final ComingServer server;
  private final String prefix;
  private final List<CopiedImage> copies;

  ComingExports(QmpConnection qmp, ComingServer server, JobId migration, List<CopiedImage> copies) {
    this.qmp = qmp;
    this.server = server;
    this.prefix = JobImages.prefix(migration);
    this.copies = copies;
  }

  /**
   * Has QEMU serve them, and take in their bitmaps with the state.
   *
   * @return where it does
   */
  StreamAddress serveAndTakeInBitmaps() throws InterruptedException {
    qmp(
        new MigrateSetCapabilities(
            List.of(new MigrationCapabilityStatus(MigrationCapability.DIRTY_BITMAPS, true))));
    return serve();
  }

  /**
   * Has QEMU serve them, each under the name of its disk.
   *
   * @return where it does
   */
  StreamAddress serve() throws InterruptedException {
    StreamAddress address = server.start();
    for (int i = 0; i < copies.size(); i++) {
      CopiedImage copy = copies.get(i);
      qmp(
          BlockExportAdd.read(
              Json.object()
                  .put("type", "nbd")
                  .put("id", prefix + i)
                  .put("node-name", copy.node())
                  .put("name", copy.disk())
                  .put("writable", true)));
    }
    return address;
  }

  /** Nobody writes to them any more, save the guest that is about to go on. */
  void close() throws InterruptedException {
    while (true) {
      try (Expectation gone = qmp.expect(event -> event.name().equals("BLOCK_EXPORT_DELETED"))) {
        List<BlockExportInfo> ours =
            qmp(new QueryBlockExports()).stream()
                .filter(export -> export.id().startsWith(prefix))
                .toList();
        if (ours.isEmpty()) {
          break;
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
    server.stop();
  }

  private <R extends @Nullable Object> R qmp(QmpCommand<R> command) throws InterruptedException {
    return qmp.execute(command, Deadline.none());
  }
}
