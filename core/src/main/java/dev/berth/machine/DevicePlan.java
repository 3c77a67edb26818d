package dev.berth.machine;

import dev.berth.definition.DeviceKind;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How a device is added to a machine that runs.
 *
 * @param kind what it is
 * @param name its name
 * @param steps what is done, in this order
 * @param devices what the machine has then besides: the device, and a controller if it needed one
 * @param places the spare places that are taken, by their ids
 */
public record DevicePlan(
    DeviceKind kind,
    String name,
    List<AssemblyStep> steps,
    List<DeviceRecord> devices,
    Set<String> places) {

  /** Copies the collections. */
  public DevicePlan {
    steps = List.copyOf(steps);
    devices = List.copyOf(devices);
    places = Set.copyOf(places);
  }

  /** The device itself. */
  public DeviceRecord device() {
    return devices.stream()
        .filter(
            device ->
                PluggedDevice.isOf(kind, device) && PluggedDevice.name(kind, device).equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a plan without its device: " + name));
  }

  /** The record of a machine to which the plan's devices were added. */
  public LaunchRecord onto(LaunchRecord launch) {
    List<AssemblyStep> allSteps = new ArrayList<>(launch.assembly());
    allSteps.addAll(steps);
    List<DeviceRecord> all = new ArrayList<>(launch.devices());
    all.removeIf(
        device -> device.kind().equals(LaunchRecord.SPARE_PORT) && places.contains(device.id()));
    all.addAll(devices);
    return launch.with(allSteps, all);
  }

  /**
   * What is left of the plan when of its devices those alone are there, and the device itself is
   * not.
   */
  public DevicePlan leftWith(Set<String> present) {
    List<DeviceRecord> left =
        devices.stream().filter(device -> present.contains(device.id())).toList();
    List<AssemblyStep> made =
        steps.stream()
            .filter(step -> left.stream().anyMatch(device -> PluggedDevice.plugs(step, device)))
            .toList();
    List<String> buses = left.stream().map(DeviceRecord::bus).toList();
    return new DevicePlan(
        kind, name, made, left, Set.copyOf(places.stream().filter(buses::contains).toList()));
  }

  /** The device with all that is made for it. */
  public PluggedDevice plugged() {
    return PluggedDevice.of(steps, kind, device());
  }
}
