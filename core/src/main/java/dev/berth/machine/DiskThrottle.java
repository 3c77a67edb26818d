package dev.berth.machine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DeviceKind;
import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord.DeviceRecord;

/**
 * Limits of a disk as QEMU takes them, at a start and later: QAPI {@code block_set_io_throttle},
 * since 1.1. They are the device's, not a node's, so that they stay when jobs change the nodes.
 * Pure.
 */
public final class DiskThrottle {
  /** QMP's name of it. */
  public static final String COMMAND = "block_set_io_throttle";

  private DiskThrottle() {}

  /** The step that gives a disk those limits, or none. */
  public static Execute step(DeviceRecord disk, Throttle throttle) {
    ObjectNode arguments = Json.object().put("id", backend(disk));
    put(arguments, "bps", throttle.bytes());
    put(arguments, "iops", throttle.operations());
    if (throttle.isLimited()) {
      arguments.put("group", throttle.group().map(name -> "group-" + name).orElse(disk.id()));
    }
    return new Execute(COMMAND, arguments);
  }

  /** The record of the same machine when a disk, and all of its group, have those limits. */
  public static LaunchRecord onto(LaunchRecord launch, DeviceRecord disk, Throttle throttle) {
    if (!throttle.isLimited()) {
      return DeviceSetting.without(launch, COMMAND, disk.id());
    }
    Execute step = step(disk, throttle);
    LaunchRecord changed = launch;
    for (DeviceRecord other : PluggedDevice.devices(launch, DeviceKind.DISK)) {
      if (isOfGroup(launch, other, step.arguments().path("group").asText())) {
        changed = DeviceSetting.with(changed, step(other, throttle));
      }
    }
    return DeviceSetting.with(changed, step);
  }

  private static boolean isOfGroup(LaunchRecord launch, DeviceRecord disk, String group) {
    return launch.assembly().stream()
        .anyMatch(
            step ->
                DeviceSetting.isOf(step, disk.id())
                    && ((Execute) step).arguments().path("group").asText().equals(group));
  }

  private static void put(ObjectNode arguments, String name, Rates rates) {
    put(arguments, name, rates.total());
    put(arguments, name + "_rd", rates.read());
    put(arguments, name + "_wr", rates.write());
  }

  private static void put(ObjectNode arguments, String name, Rate rate) {
    arguments.put(name, rate.perSecond());
    if (rate.burst() > 0) {
      arguments.put(name + "_max", rate.burst());
    }
    if (rate.burstSeconds() > 1) {
      arguments.put(name + "_max_length", rate.burstSeconds());
    }
  }

  /** The name by which QEMU has the disk's backend: that of virtio-blk is one below the device. */
  public static String backend(DeviceRecord disk) {
    boolean hasParts = !disk.bus().startsWith("scsi") && !disk.bus().startsWith("sata.");
    return hasParts ? "/machine/peripheral/" + disk.id() + "/virtio-backend" : disk.id();
  }
}
