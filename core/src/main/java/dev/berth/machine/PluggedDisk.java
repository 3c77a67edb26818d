package dev.berth.machine;

import dev.berth.machine.AssemblyStep.AddSecret;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A disk of a machine with all that was made for it: its device, its nodes, the fdset of its image,
 * its secret. A launch record tells, for they are made by its assembly steps. Pure.
 *
 * @param device the device
 * @param fdset the set that has its image; empty for a drive without a medium
 * @param secret id of the object that opens its image, if it needs one
 * @param steps the assembly steps that made all this
 */
public record PluggedDisk(
    DeviceRecord device,
    Optional<Integer> fdset,
    Optional<String> secret,
    List<AssemblyStep> steps) {
  private static final String FDSET = "/dev/fdset/";

  /** Copies the list. */
  public PluggedDisk {
    steps = List.copyOf(steps);
  }

  /** Every disk of the machine that was assembled over QMP, and so can be taken out. */
  public static List<PluggedDisk> all(LaunchRecord launch) {
    return devices(launch).stream()
        .filter(device -> launch.assembly().stream().anyMatch(step -> plugs(step, device)))
        .map(device -> of(launch.assembly(), device))
        .toList();
  }

  /** The disk of that name, if the machine has one that was assembled over QMP. */
  public static Optional<PluggedDisk> find(LaunchRecord launch, String name) {
    return all(launch).stream().filter(disk -> disk.device().name().equals(name)).findFirst();
  }

  /** The devices that are disks or drives, wherever they are plugged in. */
  public static List<DeviceRecord> devices(LaunchRecord launch) {
    return launch.devices().stream().filter(PluggedDisk::isDisk).toList();
  }

  /** Whether the machine has a disk of that name, wherever it is plugged in. */
  public static boolean exists(LaunchRecord launch, String name) {
    return devices(launch).stream().anyMatch(device -> device.name().equals(name));
  }

  /** Its name in the definition. */
  public String name() {
    return device.name();
  }

  /** Whether the firmware looks at this disk first for something to boot. */
  public boolean isBootedFrom(LaunchRecord launch) {
    return !launch.argv().contains("-kernel")
        && steps.stream().anyMatch(step -> bootIndex(step).equals(lowestBootIndex(launch)))
        && steps.stream().anyMatch(step -> bootIndex(step).isPresent());
  }

  private static Optional<Integer> lowestBootIndex(LaunchRecord launch) {
    TreeSet<Integer> indices = new TreeSet<>();
    launch.assembly().forEach(step -> bootIndex(step).ifPresent(indices::add));
    return indices.isEmpty() ? Optional.empty() : Optional.of(indices.first());
  }

  private static Optional<Integer> bootIndex(AssemblyStep step) {
    return step instanceof Execute execute && execute.arguments().has("bootindex")
        ? Optional.of(execute.arguments().get("bootindex").asInt())
        : Optional.empty();
  }

  private static boolean isDisk(DeviceRecord device) {
    return device.kind().equals("disk") || device.kind().equals("cdrom");
  }

  /** A disk that was made by some of those steps. */
  static PluggedDisk of(List<AssemblyStep> assembly, DeviceRecord device) {
    Optional<Integer> fdset =
        assembly.stream()
            .filter(step -> makesNode(step, device))
            .flatMap(step -> fdsetOf((Execute) step).stream())
            .findFirst();
    Optional<String> secret = Optional.empty();
    List<AssemblyStep> steps = new ArrayList<>();
    for (AssemblyStep step : assembly) {
      if (step instanceof AddSecret add && add.disk().equals(device.name())) {
        secret = Optional.of(add.id());
        steps.add(step);
      } else if (plugs(step, device)
          || makesNode(step, device)
          || fillsSet(step).flatMap(set -> fdset.filter(set::equals)).isPresent()) {
        steps.add(step);
      }
    }
    return new PluggedDisk(device, fdset, secret, steps);
  }

  /** Whether the step plugs that device in. */
  static boolean plugs(AssemblyStep step, DeviceRecord device) {
    return step instanceof Execute execute
        && execute.command().equals("device_add")
        && execute.arguments().path("id").asText().equals(device.id());
  }

  private static boolean makesNode(AssemblyStep step, DeviceRecord device) {
    return step instanceof Execute execute
        && execute.command().equals("blockdev-add")
        && device.nodes().contains(execute.arguments().path("node-name").asText());
  }

  private static Optional<Integer> fdsetOf(Execute blockdev) {
    String file = blockdev.arguments().path("filename").asText();
    return file.startsWith(FDSET)
        ? Optional.of(Integer.parseInt(file.substring(FDSET.length())))
        : Optional.empty();
  }

  private static Optional<Integer> fillsSet(AssemblyStep step) {
    if (step instanceof PassFile pass) {
      return Optional.of(pass.fdset());
    }
    return step instanceof PassGivenFile pass ? Optional.of(pass.fdset()) : Optional.empty();
  }
}
