package dev.berth.engine.migration;

import dev.berth.domain.StateChannels;
import dev.berth.domain.StateChannels.Compression;
import dev.berth.machine.ChannelSettings;
import dev.berth.qapi.introspect.QueryQmpSchema;
import dev.berth.qmp.QmpConnection;
import dev.berth.schema.QmpSchema;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Whether a machine's own QEMU can send over so many connections. */
public final class MigrationChannels {
  private MigrationChannels() {}

  /** Why not; empty when it can. Each QEMU that there is here can but for the compression. */
  public static CompletableFuture<Optional<String>> obstacle(
      QmpConnection qmp, StateChannels channels) {
    return channels.compression() == Compression.NONE
        ? CompletableFuture.completedFuture(Optional.empty())
        : qmp.send(new QueryQmpSchema())
            .thenApply(
                reply ->
                    ChannelSettings.obstacle(
                        QmpSchema.read(qmp.greeting().version(), reply), channels));
  }
}
