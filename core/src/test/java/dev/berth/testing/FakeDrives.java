package dev.berth.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.DriveMedium;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MediumPlan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The CD-ROM drives of a {@link FakeMachine}: what is in them, and who holds it. Thread-safe. */
public final class FakeDrives {
  private final FakeQemu qemu;
  private final Map<String, String> backends;

  // guarded by this
  private final Map<String, String> media = new HashMap<>();
  private final Set<String> open = new HashSet<>();
  private final Set<String> held = new HashSet<>();
  private final Set<String> asked = new HashSet<>();

  FakeDrives(FakeQemu qemu, LaunchRecord launch) {
    this.qemu = qemu;
    List<DeviceRecord> drives = launch.devices().stream().filter(DriveMedium::isDrive).toList();
    backends = drives.stream().collect(Collectors.toMap(DeviceRecord::id, DiskThrottle::backend));
    drives.stream()
        .filter(drive -> !drive.nodes().isEmpty())
        .forEach(drive -> media.put(DiskThrottle.backend(drive), drive.nodes().get(0)));
    qemu.reply(MediumPlan.OPEN, this::open);
    qemu.reply(MediumPlan.INSERT, this::insert);
    qemu.reply("blockdev-remove-medium", this::remove);
    qemu.reply(MediumPlan.CLOSE, this::close);
  }

  /** The node in a drive. */
  public Optional<String> medium(DeviceRecord drive) {
    return medium(DiskThrottle.backend(drive));
  }

  synchronized Optional<String> medium(String drive) {
    return Optional.ofNullable(media.get(drive));
  }

  /** Whether the device of that id is a drive that has nothing in it. */
  synchronized boolean isEmpty(String device) {
    return backends.containsKey(device) && !media.containsKey(backends.get(device));
  }

  /** Whether the tray of that drive is open. */
  public boolean isOpen(DeviceRecord drive) {
    return isOpen(DiskThrottle.backend(drive));
  }

  synchronized boolean isOpen(String drive) {
    return open.contains(drive);
  }

  /** The guest reads what is in that drive, and keeps its tray shut. */
  public synchronized void hold(DeviceRecord drive) {
    held.add(DiskThrottle.backend(drive));
  }

  /** Whether the guest was asked to let go of what is in that drive. */
  public synchronized boolean isAsked(DeviceRecord drive) {
    return asked.contains(DiskThrottle.backend(drive));
  }

  /** The guest opens the tray. */
  public void letGo(DeviceRecord drive) {
    String id = DiskThrottle.backend(drive);
    synchronized (this) {
      held.remove(id);
      open.add(id);
    }
    qemu.emit(
        "DEVICE_TRAY_MOVED", "{\"device\": \"\", \"id\": \"" + id + "\", \"tray-open\": true}");
  }

  private synchronized ObjectNode open(ObjectNode arguments) {
    String id = id(arguments);
    if (held.contains(id) && !arguments.path("force").asBoolean()) {
      asked.add(id);
    } else {
      open.add(id);
    }
    return done();
  }

  private synchronized ObjectNode insert(ObjectNode arguments) {
    String id = id(arguments);
    if (!open.contains(id)) {
      return FakeQemu.refusal("GenericError", "Tray of the device is not open");
    }
    media.put(id, arguments.path("node-name").asText());
    return done();
  }

  private synchronized ObjectNode remove(ObjectNode arguments) {
    String id = id(arguments);
    if (!open.contains(id)) {
      return FakeQemu.refusal("GenericError", "Tray of the device is not open");
    }
    media.remove(id);
    return done();
  }

  private synchronized ObjectNode close(ObjectNode arguments) {
    open.remove(id(arguments));
    return done();
  }

  private static String id(ObjectNode arguments) {
    return arguments.path("id").asText();
  }

  private static ObjectNode done() {
    ObjectNode reply = Json.object();
    reply.putObject("return");
    return reply;
  }
}
