package dev.berth.machine;

import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.List;

/**
 * Threads of QEMU that serve disks beside its main loop, as launch records have them: objects, made
 * at a start and later by the same step. QEMU deletes one that is in use without a word (tried on
 * 5.2 to 11.1), so that the record has to tell who uses it. Pure.
 */
public final class Iothreads {
  /** What records and definitions call one. */
  public static final String KIND = "iothread";

  private static final String PREFIX = KIND + "-";

  private Iothreads() {}

  /** The id in QEMU of the one of that name, which is also its name among devices. */
  public static String id(String name) {
    return PREFIX + name;
  }

  /** Whether that is the id of one. */
  public static boolean isId(String id) {
    return id.startsWith(PREFIX);
  }

  /** Its name in the definition; the id of one that was made by hand. */
  public static String name(String id) {
    return isId(id) ? id.substring(PREFIX.length()) : id;
  }

  /** The step that makes it. */
  public static Execute step(String name) {
    return new Execute("object-add", Json.object().put("qom-type", KIND).put("id", id(name)));
  }

  /** It as a record has it; it is plugged into nothing. */
  public static DeviceRecord device(String name) {
    return new DeviceRecord(id(name), KIND, name, "", List.of());
  }

  /** The names of those that the machine has. */
  public static List<String> of(LaunchRecord launch) {
    return launch.devices().stream()
        .filter(device -> device.kind().equals(KIND))
        .map(DeviceRecord::name)
        .toList();
  }

  /** What of the machine is served by the one of that id. */
  public static List<DeviceRecord> users(LaunchRecord launch, String id) {
    return launch.devices().stream()
        .filter(device -> launch.assembly().stream().anyMatch(step -> uses(step, device, id)))
        .toList();
  }

  /** Whether one of them serves that disk, or the controller that it is on. */
  public static boolean serveAny(LaunchRecord launch, DeviceRecord disk) {
    return of(launch).stream()
        .flatMap(name -> users(launch, id(name)).stream())
        .anyMatch(user -> user.id().equals(disk.id()) || disk.bus().startsWith(user.id() + "."));
  }

  private static boolean uses(AssemblyStep step, DeviceRecord device, String id) {
    return PluggedDevice.plugs(step, device)
        && ((Execute) step).arguments().path(KIND).asText().equals(id);
  }

  /** Whether the step makes the one of that id. */
  static boolean isMadeBy(Execute step, String id) {
    return step.command().equals("object-add")
        && step.arguments().path("qom-type").asText().equals(KIND)
        && step.arguments().path("id").asText().equals(id);
  }
}
