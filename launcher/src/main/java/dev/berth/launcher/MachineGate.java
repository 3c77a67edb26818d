package dev.berth.launcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.UnsupportedException;
import dev.berth.machine.SpawningForms;
import dev.berth.qmp.CommandGate;
import dev.berth.schema.KnownFacts;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.SchemaGate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The gate of one machine's monitor: by the schema of its QEMU as soon as that is known, and by its
 * sandbox from the start. Until the schema is known commands go on to QEMU, which has the last word
 * anyway; holding them back would make a machine depend on a cache. Thread-safe.
 */
final class MachineGate implements CommandGate {
  private final boolean mayNotSpawn;
  private volatile @Nullable QmpSchema schema;
  private volatile @Nullable SchemaGate gate;

  /**
   * A gate.
   *
   * @param argv QEMU's command line
   */
  MachineGate(List<String> argv) {
    this.mayNotSpawn = SpawningForms.areDenied(argv);
  }

  /** From when this completes on, what that schema lacks is kept from QEMU. */
  void follow(CompletableFuture<Optional<QmpSchema>> found) {
    found.thenAccept(known -> known.ifPresent(this::follow));
  }

  private void follow(QmpSchema known) {
    schema = known;
    gate = new SchemaGate(known, new KnownFacts());
  }

  /** The schema of this machine's QEMU, once it is known. */
  Optional<QmpSchema> schema() {
    return Optional.ofNullable(schema);
  }

  @Override
  public void admit(String command, ObjectNode arguments) {
    if (mayNotSpawn) {
      SpawningForms.in(command, arguments).ifPresent(program -> refuse(command, program));
    }
    SchemaGate known = gate;
    if (known != null) {
      known.admit(command, arguments);
    }
  }

  private static void refuse(String command, String program) {
    throw new UnsupportedException(
        "Cannot send '"
            + command
            + "' to QEMU: it would start "
            + program
            + ", and its sandbox forbids it to start programs. Nothing was sent.");
  }

  @Override
  public boolean supports(String command) {
    SchemaGate known = gate;
    return known == null || known.supports(command);
  }

  @Override
  public boolean supports(String command, String argument) {
    SchemaGate known = gate;
    return known == null || known.supports(command, argument);
  }
}
