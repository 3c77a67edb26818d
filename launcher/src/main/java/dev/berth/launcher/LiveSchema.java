package dev.berth.launcher;

import dev.berth.error.QemuRefusedException;
import dev.berth.qapi.control.CommandInfo;
import dev.berth.qapi.control.QueryCommands;
import dev.berth.qapi.introspect.QueryQmpSchema;
import dev.berth.qmp.QmpConnection;
import dev.berth.schema.QmpSchema;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Asks a running QEMU what it takes: one whose binary was never probed, or is there no more. */
final class LiveSchema {
  private static final String NO_SUCH_COMMAND = "CommandNotFound";

  private LiveSchema() {}

  /** The schema, or the list of commands of a QEMU too old for it; fails as a command does. */
  static CompletableFuture<Optional<QmpSchema>> ask(QmpConnection qmp, SchemaShelf shelf) {
    QmpConnection free = qmp.ungated();
    String version = qmp.greeting().version();
    return free.send(new QueryQmpSchema())
        .thenCompose(reply -> shelf.index(version, reply))
        .exceptionallyCompose(
            failure ->
                isTooOld(failure)
                    ? commands(free, version)
                    : CompletableFuture.failedStage(failure));
  }

  private static CompletionStage<Optional<QmpSchema>> commands(QmpConnection qmp, String version) {
    return qmp.send(new QueryCommands())
        .thenApply(
            commands ->
                Optional.of(
                    QmpSchema.ofCommands(
                        version, commands.stream().map(CommandInfo::name).toList())));
  }

  private static boolean isTooOld(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof QemuRefusedException refused
        && refused.errorClass().equals(NO_SUCH_COMMAND);
  }
}
