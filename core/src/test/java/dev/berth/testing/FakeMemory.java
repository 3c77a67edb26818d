package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.machine.GrowingMemory;
import dev.berth.machine.LaunchRecord;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The memory of a {@link FakeMachine} that comes and goes, and its balloon. Its guest does what it
 * is told when it runs, unless it was told not to. Thread-safe.
 */
public final class FakeMemory {
  private final FakeQemu qemu;
  private final BooleanSupplier guestRuns;
  private final LongSupplier dimms;
  private final long base;

  // guarded by this
  private long requested;
  private long size;
  private long takenTarget;
  private long taken;
  private boolean ignores;
  private JsonNode told = Json.object().put("last-update", 0);

  FakeMemory(FakeQemu qemu, LaunchRecord launch, BooleanSupplier guestRuns, LongSupplier dimms) {
    this.qemu = qemu;
    this.guestRuns = guestRuns;
    this.dimms = dimms;
    this.base = launch.hardware().memory().bytes();
    qemu.answer(
        "qom-get",
        arguments ->
            switch (arguments.path("property").asText()) {
              case GrowingMemory.REQUESTED -> LongNode.valueOf(requested());
              case "guest-stats" -> told();
              default -> LongNode.valueOf(size());
            });
    qemu.answer(
        "qom-set",
        arguments ->
            arguments.path("property").asText().equals(GrowingMemory.REQUESTED)
                ? request(arguments.path("value").asLong())
                : Json.object());
    qemu.answer(
        "query-memory-size-summary",
        arguments ->
            Json.object()
                .put("base-memory", base)
                .put("plugged-memory", dimms.getAsLong() + size()));
    qemu.answer("query-balloon", arguments -> Json.object().put("actual", actual()));
    qemu.answer("balloon", arguments -> inflate(arguments.path("value").asLong()));
  }

  /** How much the guest has been asked to have besides what it was started with, in bytes. */
  public synchronized long requested() {
    return requested;
  }

  /** How much it has besides, in bytes. */
  public synchronized long size() {
    return size;
  }

  /** How much its balloon leaves it of what it was started with, in bytes. */
  public synchronized long balloon() {
    return base - taken;
  }

  /** As QEMU counts, with DIMMs. */
  private synchronized long actual() {
    return balloon() + dimms.getAsLong();
  }

  /** What the guest tells of its memory from now on, in the form of QEMU's {@code guest-stats}. */
  public synchronized void tells(JsonNode now) {
    told = now;
  }

  private synchronized JsonNode told() {
    return told;
  }

  /** From now on the guest does nothing of what it is told. */
  public synchronized void ignore() {
    ignores = true;
  }

  /** The guest does what it was told, and all it is told from now on. */
  public void obey() {
    synchronized (this) {
      ignores = false;
    }
    guestGoesOn();
  }

  private ObjectNode request(long bytes) {
    synchronized (this) {
      requested = bytes;
    }
    guestGoesOn();
    return Json.object();
  }

  private ObjectNode inflate(long bytes) {
    synchronized (this) {
      takenTarget = Math.max(0, base + dimms.getAsLong() - bytes);
    }
    guestGoesOn();
    return Json.object();
  }

  /** If it runs, the guest does what it was told. */
  void guestGoesOn() {
    boolean runs = guestRuns.getAsBoolean();
    boolean resized;
    boolean inflated;
    synchronized (this) {
      resized = runs && !ignores && size != requested;
      inflated = runs && !ignores && taken != takenTarget;
      if (resized) {
        size = requested;
      }
      if (inflated) {
        taken = takenTarget;
      }
    }
    if (resized) {
      qemu.emit("MEMORY_DEVICE_SIZE_CHANGE", "{\"id\": \"memory\", \"size\": " + size() + "}");
    }
    if (inflated) {
      qemu.emit("BALLOON_CHANGE", "{\"actual\": " + actual() + "}");
    }
  }
}
