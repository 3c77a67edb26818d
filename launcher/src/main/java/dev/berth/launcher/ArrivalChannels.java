package dev.berth.launcher;

import dev.berth.domain.StateChannels;
import dev.berth.domain.StateChannels.Compression;
import dev.berth.machine.ChannelSettings;
import dev.berth.schema.QmpSchema;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Whether a QEMU here can take in a state over so many connections. */
final class ArrivalChannels {
  private ArrivalChannels() {}

  /** Why not; empty when it can, or does not tell before it runs. */
  static Optional<String> obstacle(SchemaShelf schemas, QemuInstall qemu, StateChannels channels)
      throws InterruptedException {
    if (channels.compression() == Compression.NONE) {
      return Optional.empty();
    }
    return index(schemas.of(qemu.identity()))
        .flatMap(schema -> ChannelSettings.obstacle(schema, channels))
        .map(why -> why + "; that is so at the target");
  }

  private static Optional<QmpSchema> index(CompletableFuture<Optional<QmpSchema>> reading)
      throws InterruptedException {
    try {
      return reading.get();
    } catch (ExecutionException impossible) { // a shelf has it, or nothing
      throw new IllegalStateException(impossible);
    }
  }
}
