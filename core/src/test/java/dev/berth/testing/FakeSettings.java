package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DeviceKind;
import dev.berth.json.Json;
import dev.berth.machine.DiskLatencies;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.DriveMedium;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.PluggedDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * How the devices of a {@link FakeMachine} are set: the limits, sizes and latency histograms of its
 * disks, its links. Each image has 1 MiB until it is resized. Thread-safe.
 */
public final class FakeSettings {
  private static final long SIZE = 1 << 20;
  private static final List<String> COUNTERS =
      List.of(
          "rd_bytes",
          "wr_bytes",
          "rd_operations",
          "wr_operations",
          "flush_operations",
          "flush_total_time_ns",
          "wr_total_time_ns",
          "rd_total_time_ns",
          "wr_highest_offset",
          "rd_merged",
          "wr_merged",
          "failed_rd_operations",
          "failed_wr_operations",
          "failed_flush_operations",
          "invalid_rd_operations",
          "invalid_wr_operations",
          "invalid_flush_operations");

  private final Supplier<LaunchRecord> launch;
  private final FakeDrives drives;
  private final FakeBackups backups;
  private final Map<String, ObjectNode> limits = new ConcurrentHashMap<>();
  private final Map<String, JsonNode> latencies = new ConcurrentHashMap<>();
  private final Map<String, Long> sizes = new ConcurrentHashMap<>();
  private final Map<String, Boolean> links = new ConcurrentHashMap<>();

  FakeSettings(
      FakeQemu qemu, FakeDrives drives, FakeBackups backups, Supplier<LaunchRecord> launch) {
    this.launch = launch;
    this.drives = drives;
    this.backups = backups;
    qemu.answer("query-block", arguments -> disks());
    qemu.answer(
        DiskThrottle.COMMAND,
        arguments -> {
          limits.put(arguments.path("id").asText(), arguments);
          return Json.object();
        });
    qemu.answer("query-blockstats", arguments -> counters());
    qemu.answer(
        DiskLatencies.COMMAND,
        arguments -> {
          latencies.put(arguments.path("id").asText(), arguments.path("boundaries"));
          return Json.object();
        });
    qemu.answer(
        "block_resize",
        arguments -> {
          sizes.put(arguments.path("node-name").asText(), arguments.path("size").asLong());
          resizeFile(qemu, arguments);
          return Json.object();
        });
    qemu.answer(
        "set_link",
        arguments -> {
          links.put(arguments.path("name").asText(), arguments.path("up").asBoolean());
          return Json.object();
        });
  }

  /** A node of a file that was passed is that file. */
  private static void resizeFile(FakeQemu qemu, ObjectNode arguments) {
    Optional<Path> file = qemu.fdsets().noted(arguments.path("node-name").asText());
    if (file.isPresent()) {
      try (RandomAccessFile passed = new RandomAccessFile(file.get().toFile(), "rw")) {
        passed.setLength(arguments.path("size").asLong());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** What is in its drives. */
  public FakeDrives drives() {
    return drives;
  }

  /** What a disk was limited to last, as it came from the host. */
  public Optional<ObjectNode> limits(DeviceRecord disk) {
    return Optional.ofNullable(limits.get(DiskThrottle.backend(disk)));
  }

  /** The bounds between which latencies of a disk are counted; missing when they are not. */
  public JsonNode latencies(DeviceRecord disk) {
    return latencies.getOrDefault(DiskThrottle.backend(disk), MissingNode.getInstance());
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

  private JsonNode counters() {
    ArrayNode all = Json.array();
    for (DeviceRecord disk : PluggedDevice.devices(launch.get(), DeviceKind.DISK)) {
      ObjectNode stats = all.addObject().put("qdev", DiskThrottle.backend(disk)).putObject("stats");
      COUNTERS.forEach(name -> stats.put(name, 0));
      stats.put("account_invalid", true).put("account_failed", true).putArray("timed_stats");
      JsonNode bounds = latencies(disk);
      if (bounds.isArray()) {
        for (String requests : new String[] {"rd", "wr", "flush"}) {
          ObjectNode histogram = stats.putObject(requests + "_latency_histogram");
          histogram.set("boundaries", bounds);
          ArrayNode bins = histogram.putArray("bins");
          for (int i = 0; i <= bounds.size(); i++) {
            bins.add(0);
          }
        }
      }
    }
    return all;
  }

  private void medium(ObjectNode medium, String backend, String node) {
    medium.put("file", "image").put("ro", false).put("drv", "qcow2").put("encrypted", false);
    medium.set("dirty-bitmaps", backups.marks(node));
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
