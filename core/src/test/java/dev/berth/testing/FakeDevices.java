package dev.berth.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.Disk;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.DevicePlan;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The disks of pretended machines: a root port and two nodes each, and two ports to spare. */
final class FakeDevices {
  private static final String PORT = "port";
  private static final int SPARE = 2;

  private FakeDevices() {}

  /** The record with those disks, and two ports that are free. */
  static LaunchRecord with(LaunchRecord launch, List<Disk> disks) {
    List<AssemblyStep> steps = new ArrayList<>();
    List<DeviceRecord> devices = new ArrayList<>();
    for (Disk disk : disks) {
      DeviceRecord device = device(disk, PORT + (devices.size() + 1));
      devices.add(device);
      steps.addAll(steps(device));
      Execute plug = (Execute) steps.get(steps.size() - 1);
      plug.arguments().put("bootindex", devices.size());
    }
    for (int port = disks.size() + 1; port <= disks.size() + SPARE; port++) {
      devices.add(new DeviceRecord(PORT + port, LaunchRecord.SPARE_PORT, "", "pcie.0", List.of()));
    }
    devices.addAll(launch.devices());
    return launch.with(steps, devices);
  }

  /** How a further disk is added to a machine that runs. */
  static DevicePlan plan(LaunchRecord launch, Disk disk) {
    if (disk.attachment().bus() == Bus.SATA) {
      throw new UnsupportedException("A SATA bus takes nothing while the machine runs.");
    }
    DeviceRecord port =
        launch.devices().stream()
            .filter(device -> device.kind().equals(LaunchRecord.SPARE_PORT))
            .findFirst()
            .orElseThrow(() -> new InvalidStateException("Every place of the machine is taken."));
    DeviceRecord device = device(disk, port.id());
    return new DevicePlan(
        DeviceKind.DISK, disk.name(), steps(device), List.of(device), Set.of(port.id()));
  }

  private static DeviceRecord device(Disk disk, String bus) {
    String name = disk.name();
    return new DeviceRecord(
        "disk-" + name, "disk", name, bus, List.of(name + "-format", name + "-file"));
  }

  private static List<AssemblyStep> steps(DeviceRecord device) {
    ObjectNode file = Json.object().put("driver", "file").put("node-name", device.nodes().get(1));
    ObjectNode format = Json.object().put("driver", "raw").put("node-name", device.nodes().get(0));
    ObjectNode plug = Json.object().put("driver", "virtio-blk-pci").put("id", device.id());
    return List.of(
        new Execute("blockdev-add", file),
        new Execute("blockdev-add", format),
        new Execute("device_add", plug));
  }
}
