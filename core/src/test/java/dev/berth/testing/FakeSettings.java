package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DeviceKind;
import dev.berth.json.Json;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.DriveMedium;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.PluggedDevice;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * How the devices of a {@link FakeMachine} are set: the limits and sizes of its disks, its links.
 * Each image has 1 MiB until it is resized. Thread-safe.
 */
public final class FakeSettings {
  private static final long SIZE = 1 << 20;

  private final Supplier<LaunchRecord> launch;
  private final FakeDrives drives;
  private final Map<String, ObjectNode> limits = new ConcurrentHashMap<>();
  private final Map<String, Long> sizes = new ConcurrentHashMap<>();
  private final Map<String, Boolean> links = new ConcurrentHashMap<>();

  FakeSettings(FakeQemu qemu, FakeDrives drives, Supplier<LaunchRecord> launch) {
    this.launch = launch;
    this.drives = drives;
    qemu.answer("query-block", arguments -> disks());
    qemu.answer(
        DiskThrottle.COMMAND,
        arguments -> {
          limits.put(arguments.path("id").asText(), arguments);
          return Json.object();
        });
    qemu.answer(
        "block_resize",
        arguments -> {
          sizes.put(arguments.path("node-name").asText(), arguments.path("size").asLong());
          return Json.object();
        });
    qemu.answer(
        "set_link",
        arguments -> {
          links.put(arguments.path("name").asText(), arguments.path("up").asBoolean());
          return Json.object();
        });
  }

  /** What is in its drives. */
  public FakeDrives drives() {
    return drives;
  }

  /** What a disk was limited to last, as it came from the host. */
  public Optional<ObjectNode> limits(DeviceRecord disk) {
    return Optional.ofNullable(limits.get(DiskThrottle.backend(disk)));
  }

  /** The size of the image behind that node, in bytes. */
  public long size(String node) {
    return sizes.getOrDefault(node, SIZE);
  }

  /** Whether there is a cable in the network interface of that id. */
  public boolean isUp(String nic) {
    return links.getOrDefault(nic, true);
  }

  private JsonNode disks() {
    ArrayNode all = Json.array();
    for (DeviceRecord disk : PluggedDevice.devices(launch.get(), DeviceKind.DISK)) {
      String backend = DiskThrottle.backend(disk);
      ObjectNode info = all.addObject().put("device", "").put("qdev", backend);
      info.put("type", "unknown").put("removable", false).put("locked", false);
      Optional<String> node = disk.nodes().stream().findFirst();
      if (DriveMedium.isDrive(disk)) {
        info.put("tray_open", drives.isOpen(backend));
        node = drives.medium(backend);
      }
      node.ifPresent(it -> medium(info.putObject("inserted"), backend, it));
    }
    return all;
  }

  private void medium(ObjectNode medium, String backend, String node) {
    medium.put("file", "image").put("ro", false).put("drv", "raw").put("encrypted", false);
    medium.put("node-name", node);
    for (String rate : new String[] {"bps", "bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr"}) {
      medium.put(rate, 0);
    }
    ObjectNode limited = limits.getOrDefault(backend, Json.object()).deepCopy();
    limited.remove("id");
    medium.setAll(limited);
    medium
        .putObject("image")
        .put("filename", "image")
        .put("format", "raw")
        .put("virtual-size", size(node));
  }
}
