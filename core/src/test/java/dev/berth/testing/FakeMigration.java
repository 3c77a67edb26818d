package dev.berth.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a {@link FakeMachine} writes its state to the file that it is given: all of it at once,
 * unless it was told to take its time. Thread-safe.
 */
public final class FakeMigration {
  /** What it says a state is long. */
  public static final long TOTAL = 64 << 20;

  /** What it writes. */
  public static final String CONTENT = "what was in memory and devices";

  private final FakeQemu qemu;
  private final FakeMachine machine;

  // guarded by this
  private boolean slow;
  private String failure = "";
  private String blocked = "";
  private String status = "none";

  FakeMigration(FakeQemu qemu, FakeMachine machine) {
    this.qemu = qemu;
    this.machine = machine;
    qemu.answer("migrate-set-capabilities", "{}");
    qemu.answer("migrate-set-parameters", "{}");
    qemu.answer(
        "query-version",
        "{\"qemu\": {\"major\": 7, \"minor\": 2, \"micro\": 22}, \"package\": \"\"}");
    qemu.reply("migrate", this::begin);
    qemu.answer("migrate_cancel", arguments -> cancel());
    qemu.answer("query-migrate", arguments -> query());
  }

  /** From now on writing goes on until it is finished. */
  public synchronized void takeTime() {
    slow = true;
  }

  /** From now on no state can be written, and that is found out at once. */
  public synchronized void failAlways(String error) {
    failure = error;
  }

  /** From now on the machine cannot be moved, for that reason. */
  public synchronized void block(String reason) {
    blocked = reason;
  }

  /** All is written. */
  public void finish() {
    end("completed");
  }

  /** It cannot be written on. */
  public void fail(String error) {
    synchronized (this) {
      failure = error;
    }
    end("failed");
  }

  /** Somebody else has its state written elsewhere. */
  public synchronized void beginByHand() {
    status = "active";
  }

  /** Whether it writes. */
  public synchronized boolean isActive() {
    return status.equals("active");
  }

  private ObjectNode begin(ObjectNode arguments) {
    String name = arguments.path("uri").asText().replaceFirst("^fd:", "");
    Optional<Path> file = qemu.fdsets().take(name);
    synchronized (this) {
      if (status.equals("active")) {
        return FakeQemu.refusal("GenericError", "There's a migration process in progress");
      }
      if (file.isEmpty()) {
        return FakeQemu.refusal("GenericError", "File descriptor named '" + name + "' not found");
      }
      status = "active";
    }
    write(file.get());
    if (!slow) {
      end(failure.isEmpty() ? "completed" : "failed");
    }
    ObjectNode reply = Json.object();
    reply.putObject("return");
    return reply;
  }

  private static void write(Path file) {
    try {
      Files.writeString(file, CONTENT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized ObjectNode cancel() {
    if (status.equals("active")) {
      status = "cancelled";
    }
    return Json.object();
  }

  private synchronized ObjectNode query() {
    ObjectNode info = Json.object();
    if (!blocked.isEmpty()) {
      info.putArray("blocked-reasons").add(blocked);
    }
    if (status.equals("none")) {
      return info;
    }
    if (status.equals("failed")) {
      info.put("error-desc", failure);
    }
    long remaining = status.equals("completed") ? 0 : TOTAL / 2;
    info.put("status", status)
        .putObject("ram")
        .put("transferred", TOTAL - remaining)
        .put("remaining", remaining)
        .put("total", TOTAL);
    return info;
  }

  private void end(String how) {
    synchronized (this) {
      status = how;
    }
    if (how.equals("completed")) {
      machine.runState("postmigrate");
    }
    qemu.emit("MIGRATION", "{\"status\": \"" + how + "\"}");
  }
}
