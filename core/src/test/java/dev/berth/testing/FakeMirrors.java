package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;

/**
 * How a {@link FakeMachine} mirrors its disks to other nodes: all of each at once, unless it was
 * told to take its time. Thread-safe.
 */
public final class FakeMirrors {
  private final FakeBackups jobs;

  // guarded by this
  private boolean slow;

  FakeMirrors(FakeQemu qemu, FakeBackups jobs) {
    this.jobs = jobs;
    qemu.answer("blockdev-mirror", this::begin);
    qemu.answer("block-job-set-speed", "{}");
    qemu.answer("block-job-cancel", arguments -> end(arguments));
  }

  /** From now on copying goes on until it is finished. */
  public synchronized void takeTime() {
    slow = true;
  }

  /** Somebody else ends them all. */
  public void endByHand() {
    jobs.ids().forEach(jobs::end);
  }

  /** None of them follows its guest any more, and nobody is told. */
  public void stopUnnoticed() {
    jobs.allUnnoticed("standby");
  }

  /** All is copied but what the guest writes from now on. */
  public void finish() {
    jobs.all("ready");
  }

  private JsonNode begin(ObjectNode arguments) {
    String status;
    synchronized (this) {
      status = slow ? "running" : "ready";
    }
    jobs.begin(arguments.path("job-id").asText(), "mirror", status);
    return Json.object();
  }

  private JsonNode end(ObjectNode arguments) {
    jobs.end(arguments.path("device").asText());
    return Json.object();
  }
}
