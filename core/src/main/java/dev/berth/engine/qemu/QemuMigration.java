package dev.berth.engine.qemu;

import dev.berth.qapi.migration.MigrationInfo;
import dev.berth.qapi.migration.QueryMigrate;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.QmpConnection;
import java.util.concurrent.CompletableFuture;

/**
 * What QEMU says of a migration, its own or one that comes to it.
 *
 * @param runState what its guest does meanwhile, as QAPI's {@code RunState}
 */
public record QemuMigration(MigrationInfo info, String runState) {

  /** Asks for both. */
  public static CompletableFuture<QemuMigration> ask(QmpConnection qmp) {
    return qmp.send(new QueryMigrate())
        .thenCombine(
            qmp.send(new QueryStatus()),
            (info, status) -> new QemuMigration(info, status.status().value()));
  }
}
