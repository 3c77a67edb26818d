package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How a {@link FakeMachine} writes its state to the file that it is given: all of it at once,
 * unless it was told to take its time. Thread-safe.
 */
public final class FakeMigration {
  /** What it says a state is long. */
  public static final long TOTAL = 64 << 20;

  /** The round that it says it is in. */
  public static final long ROUND = 3;

  /** The most that QEMU takes, in ms. */
  private static final long LONGEST_DOWNTIME = 2_000_000;

  /** What it writes. */
  public static final String CONTENT = "what was in memory and devices";

  private final FakeQemu qemu;
  private final FakeMachine machine;

  // guarded by this
  private boolean slow;
  private String failure = "";
  private String blocked = "";
  private String status = "none";
  private String before = "running";

  /** Whether others may have its images. */
  private boolean released;

  /** Whether it waits before its guest stands for good. */
  private boolean waits;

  private Supplier<FakeMigration> target =
      () -> {
        throw new IllegalStateException("nobody takes it in");
      };

  FakeMigration(FakeQemu qemu, FakeMachine machine) {
    this.qemu = qemu;
    this.machine = machine;
    qemu.answer("migrate-set-capabilities", this::capabilities);
    qemu.answer("migrate-continue", arguments -> switchOver());
    qemu.answer("migrate-set-parameters", this::parameters);
    qemu.answer(
        "query-version",
        "{\"qemu\": {\"major\": 7, \"minor\": 2, \"micro\": 22}, \"package\": \"\"}");
    qemu.reply("migrate", this::begin);
    qemu.answer("migrate_cancel", arguments -> cancel());
    qemu.answer("query-migrate", arguments -> query());
    qemu.answer("blockdev-set-active", this::activate);
  }

  /** Whether it has its images, and nobody else can. */
  public synchronized boolean hasImages() {
    return !released;
  }

  private synchronized ObjectNode activate(ObjectNode arguments) {
    released = !arguments.path("active").asBoolean();
    return Json.object();
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

  /** Who takes it in when it goes to another machine. */
  public synchronized void sendTo(Supplier<FakeMigration> other) {
    target = other;
  }

  /** All is written, or sent as far as it can be while the guest goes on. */
  public void finish() {
    if (isAwaited()) {
      pause();
    } else {
      end("completed");
    }
  }

  private synchronized boolean isAwaited() {
    return waits;
  }

  private synchronized ObjectNode capabilities(ObjectNode arguments) {
    for (JsonNode each : arguments.path("capabilities")) {
      if (each.path("capability").asText().equals("pause-before-switchover")) {
        waits = each.path("state").asBoolean();
      }
    }
    return Json.object();
  }

  /** One whose guest may stand for as long as there is has it stand, whatever is left. */
  private ObjectNode parameters(ObjectNode arguments) {
    long limit = arguments.path("downtime-limit").asLong();
    boolean isOver;
    synchronized (this) {
      isOver = limit == LONGEST_DOWNTIME && waits && status.equals("active");
    }
    if (isOver) {
      pause();
    }
    return Json.object();
  }

  /** The guest stands, and the rest waits for the word. */
  private void pause() {
    synchronized (this) {
      status = "pre-switchover";
      before = machine.runState();
    }
    machine.runState("finish-migrate");
    qemu.emit("MIGRATION", "{\"status\": \"pre-switchover\"}");
  }

  private ObjectNode switchOver() {
    Supplier<FakeMigration> to;
    synchronized (this) {
      to = target;
    }
    to.get().takeIn();
    end("completed");
    return Json.object();
  }

  /** A machine that was started for it has taken in all of a state. */
  private void takeIn() {
    synchronized (this) {
      status = "completed";
      released = true;
    }
    machine.runState("paused");
    qemu.emit("MIGRATION", "{\"status\": \"completed\"}");
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
    String uri = arguments.path("uri").asText();
    if (uri.startsWith("unix:") || uri.startsWith("tcp:")) {
      return send();
    }
    String name = uri.replaceFirst("^fd:", "");
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

  private ObjectNode send() {
    boolean atOnce;
    synchronized (this) {
      status = "active";
      atOnce = !slow;
    }
    if (atOnce) {
      pause();
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
    if (status.equals("active") || status.equals("pre-switchover")) {
      if (status.equals("pre-switchover")) {
        machine.runState(before);
      }
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
        .put("dirty-sync-count", ROUND)
        .put("transferred", TOTAL - remaining)
        .put("remaining", remaining)
        .put("total", TOTAL);
    return info;
  }

  private void end(String how) {
    synchronized (this) {
      status = how;
      released = how.equals("completed");
    }
    if (how.equals("completed")) {
      machine.runState("postmigrate");
    }
    qemu.emit("MIGRATION", "{\"status\": \"" + how + "\"}");
  }
}
