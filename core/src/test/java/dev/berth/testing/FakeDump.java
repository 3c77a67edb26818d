package dev.berth.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a {@link FakeMachine} writes its guest's memory to the file that it is given: all of it at
 * once, unless it was told to take its time. Its guest stands meanwhile. Thread-safe.
 */
public final class FakeDump {
  /** What it says a dump is long. */
  public static final long TOTAL = 64 << 20;

  /** What it writes. */
  public static final String CONTENT = "what was in memory";

  private final FakeQemu qemu;
  private final FakeMachine machine;

  // guarded by this
  private boolean slow;
  private String failure = "";
  private String status = "none";
  private long completed;
  private String runStateBefore = "";

  FakeDump(FakeQemu qemu, FakeMachine machine) {
    this.qemu = qemu;
    this.machine = machine;
    qemu.reply("dump-guest-memory", this::begin);
    qemu.answer("query-dump", arguments -> query());
    qemu.answer("query-dump-guest-memory-capability", "{\"formats\": [\"elf\", \"kdump-zlib\"]}");
  }

  /** From now on a dump goes on until it is finished. */
  public synchronized void takeTime() {
    slow = true;
  }

  /** From now on no dump can be written, and that is found out at once. */
  public synchronized void failAlways(String error) {
    failure = error;
  }

  /** So much is written by now. */
  public synchronized void progress(long bytes) {
    completed = bytes;
  }

  /** All is written. */
  public void finish() {
    end("completed", "");
  }

  /** It could not be written. */
  public void fail(String error) {
    end("failed", error);
  }

  /** Whether a dump goes on. */
  public synchronized boolean isActive() {
    return status.equals("active");
  }

  private ObjectNode begin(ObjectNode arguments) {
    String name = arguments.path("protocol").asText().replaceFirst("^fd:", "");
    Optional<Path> file = qemu.fdsets().take(name);
    synchronized (this) {
      if (status.equals("active")) {
        return FakeQemu.refusal("GenericError", "There is a dump in process, please wait.");
      }
      if (file.isEmpty()) {
        return FakeQemu.refusal("GenericError", "File descriptor named '" + name + "' not found");
      }
      status = "active";
      completed = 0;
      runStateBefore = machine.runState();
    }
    write(file.get());
    if (runStateBefore.equals("running")) {
      machine.runState("save-vm");
      qemu.emit("STOP", "{}");
    }
    if (!slow) {
      end(failure.isEmpty() ? "completed" : "failed", failure);
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

  private synchronized ObjectNode query() {
    return Json.object().put("status", status).put("completed", completed).put("total", TOTAL);
  }

  private void end(String how, String error) {
    synchronized (this) {
      status = how;
      completed = how.equals("completed") ? TOTAL : completed;
    }
    if (runStateBefore.equals("running")) {
      machine.runState("running");
      qemu.emit("RESUME", "{}");
    }
    ObjectNode told = Json.object();
    told.set("result", query());
    if (!error.isEmpty()) {
      told.put("error", error);
    }
    qemu.emit("DUMP_COMPLETED", told.toString());
  }
}
