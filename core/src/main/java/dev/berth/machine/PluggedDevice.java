package dev.berth.machine;

import dev.berth.definition.DeviceKind;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A device of a machine with all that was made for it: its nodes, the fdset of its image, its
 * secret. A launch record tells, for they are made by its assembly steps. Pure.
 *
 * @param kind what it is
 * @param device the device
 * @param backends what was made for it, in the order in which it is freed
 * @param steps the assembly steps that made all this
 */
public record PluggedDevice(
    DeviceKind kind, DeviceRecord device, List<Backend> backends, List<AssemblyStep> steps) {

  /** The small devices that can come and go, by the kinds that records have. */
  private static final Set<String> SMALL =
      Set.of(
          "rng",
          "balloon",
          "usb",
          "tablet",
          "keyboard",
          "mouse",
          "watchdog",
          "vsock",
          SerialSockets.CHANNEL,
          SerialSockets.PCI_SERIAL,
          Iothreads.KIND);

  /** Copies the lists. */
  public PluggedDevice {
    backends = List.copyOf(backends);
    steps = List.copyOf(steps);
  }

  /** Every device of the machine that was assembled over QMP, and so can be taken out. */
  public static List<PluggedDevice> all(LaunchRecord launch) {
    List<PluggedDevice> all = new ArrayList<>();
    for (DeviceKind kind : DeviceKind.values()) {
      all.addAll(all(launch, kind));
    }
    return all;
  }

  private static List<PluggedDevice> all(LaunchRecord launch, DeviceKind kind) {
    return devices(launch, kind).stream()
        .filter(device -> launch.assembly().stream().anyMatch(step -> plugs(step, device)))
        .map(device -> of(launch.assembly(), kind, device))
        .toList();
  }

  /** What serves it, if it is a share. */
  public List<ServeShare> servers() {
    return steps.stream().filter(ServeShare.class::isInstance).map(ServeShare.class::cast).toList();
  }

  /** The device of that name, if the machine has one that was assembled over QMP. */
  public static Optional<PluggedDevice> find(LaunchRecord launch, DeviceKind kind, String name) {
    return all(launch, kind).stream().filter(plugged -> plugged.name().equals(name)).findFirst();
  }

  /** The devices of that kind, wherever they are plugged in. */
  public static List<DeviceRecord> devices(LaunchRecord launch, DeviceKind kind) {
    return launch.devices().stream().filter(device -> isOf(kind, device)).toList();
  }

  /** The assembly steps that made that device and what is behind it, and set it. */
  public static List<AssemblyStep> steps(LaunchRecord launch, DeviceRecord device) {
    return BackendFinder.of(launch.assembly(), device).steps();
  }

  /** Whether the machine has a device of that name, wherever it is plugged in. */
  public static boolean exists(LaunchRecord launch, DeviceKind kind, String name) {
    return devices(launch, kind).stream().anyMatch(device -> name(kind, device).equals(name));
  }

  /** Its name in the definition. */
  public String name() {
    return name(kind, device);
  }

  /** The name of a device of that kind; a small one without a name is named for what it is. */
  public static String name(DeviceKind kind, DeviceRecord device) {
    if (device.kind().equals(Iothreads.KIND)) {
      return device.id();
    }
    return kind == DeviceKind.DEVICE && device.name().isEmpty() ? device.kind() : device.name();
  }

  /** Whether the firmware looks at this disk first for something to boot. */
  public boolean isBootedFrom(LaunchRecord launch) {
    return kind == DeviceKind.DISK
        && !launch.argv().contains("-kernel")
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

  static boolean isOf(DeviceKind kind, DeviceRecord device) {
    return switch (kind) {
      case DISK -> device.kind().equals("disk") || device.kind().equals("cdrom");
      case NIC -> device.kind().equals("nic");
      case SHARE ->
          device.kind().equals(LaunchRecord.SHARE) || device.kind().equals(LaunchRecord.LOST_SHARE);
      case DEVICE -> SMALL.contains(device.kind());
    };
  }

  /** A device that was made by some of those steps. */
  static PluggedDevice of(List<AssemblyStep> assembly, DeviceKind kind, DeviceRecord device) {
    BackendFinder finder = BackendFinder.of(assembly, device);
    return new PluggedDevice(kind, device, finder.backends(), finder.steps());
  }

  /** Whether the step plugs that device in. */
  static boolean plugs(AssemblyStep step, DeviceRecord device) {
    return step instanceof Execute execute
        && (execute.command().equals("device_add")
                && execute.arguments().path("id").asText().equals(device.id())
            || Iothreads.isMadeBy(execute, device.id()));
  }
}
