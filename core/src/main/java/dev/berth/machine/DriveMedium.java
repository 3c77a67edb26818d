package dev.berth.machine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.Backend.Fdset;
import dev.berth.machine.Backend.Node;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The medium in a drive, as a launch record has it. Pure. */
public final class DriveMedium {
  private DriveMedium() {}

  /** Whether the device is a drive, whose medium can come and go. */
  public static boolean isDrive(DeviceRecord device) {
    return device.kind().equals("cdrom");
  }

  /**
   * What QEMU has for the medium of a drive, in the order in which it can be freed: what steps have
   * made, and what it had from its command line.
   */
  public static List<Backend> backends(LaunchRecord launch, DeviceRecord drive) {
    Set<Backend> all = new LinkedHashSet<>();
    drive.nodes().forEach(node -> all.add(new Node(node)));
    all.addAll(backends(launch.assembly(), drive));
    OwnFdset.of(launch).stream()
        .filter(set -> drive.nodes().contains(set.node()))
        .forEach(set -> all.add(new Fdset(Math.toIntExact(set.number()))));
    return List.copyOf(all);
  }

  static List<Backend> backends(List<AssemblyStep> steps, DeviceRecord drive) {
    return BackendFinder.of(steps, drive).backends();
  }

  /** The record of the same machine without what is in that drive. */
  public static LaunchRecord ejected(LaunchRecord launch, DeviceRecord drive) {
    List<Backend> freed = backends(launch, drive);
    List<AssemblyStep> left = new ArrayList<>();
    for (AssemblyStep step : launch.assembly()) {
      if (PluggedDevice.plugs(step, drive)) {
        left.add(empty((Execute) step));
      } else if (!isOfTray(step, drive) && Backend.madeBy(step).filter(freed::contains).isEmpty()) {
        left.add(step);
      }
    }
    DeviceRecord empty =
        new DeviceRecord(drive.id(), drive.kind(), drive.name(), drive.bus(), List.of());
    return launch.with(left, replaced(launch.devices(), empty));
  }

  private static Execute empty(Execute plug) {
    ObjectNode arguments = plug.arguments().deepCopy();
    arguments.remove("drive");
    return new Execute(plug.command(), arguments);
  }

  private static boolean isOfTray(AssemblyStep step, DeviceRecord drive) {
    return step instanceof Execute execute
        && MediumPlan.isStep(execute)
        && DeviceSetting.isOf(step, drive.id());
  }

  static List<DeviceRecord> replaced(List<DeviceRecord> devices, DeviceRecord drive) {
    return devices.stream().map(device -> device.id().equals(drive.id()) ? drive : device).toList();
  }
}
