package dev.berth.machine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.LaunchRecord.Hardware;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The places for virtual CPUs of a machine in which some can come and go. A launch record has them
 * all from the start, each with the id that its CPU has or will have; only the first CPU, which
 * boots, has none and stays. Pure.
 */
public final class CpuSlots {
  /** The kind of a place that has a CPU. */
  public static final String TAKEN = "cpu";

  /** The kind of a place that has none. */
  public static final String SPARE = "spare-cpu";

  /** The kind of a place whose CPU was taken out, where QEMU cannot have one come again. */
  public static final String SPENT = "spent-cpu";

  private CpuSlots() {}

  /** The place of that number, from 1. */
  public static DeviceRecord slot(int number, String kind, String socketDieCoreThread) {
    return new DeviceRecord("cpu-" + number, kind, "", socketDieCoreThread, List.of());
  }

  /** The step that plugs a CPU in: QAPI {@code device_add} of the machine's CPU type. */
  public static Execute step(Hardware hardware, DeviceRecord slot) {
    String[] place = slot.bus().split("/", -1);
    ObjectNode arguments =
        Json.object().put("driver", hardware.model() + "-x86_64-cpu").put("id", slot.id());
    arguments.put("socket-id", Integer.parseInt(place[0]));
    if (!place[1].isEmpty()) { // unknown to a machine whose sockets have one die
      arguments.put("die-id", Integer.parseInt(place[1]));
    }
    arguments.put("core-id", Integer.parseInt(place[2]));
    arguments.put("thread-id", Integer.parseInt(place[3]));
    return new Execute("device_add", arguments);
  }

  /** Whether CPUs can come and go in the machine. */
  public static boolean areIn(LaunchRecord launch) {
    return all(launch).findAny().isPresent();
  }

  /** How many CPUs the machine has room for. */
  public static int room(LaunchRecord launch) {
    return areIn(launch) ? 1 + (int) all(launch).count() : launch.hardware().cpus();
  }

  /** How many CPUs the machine has. */
  public static int count(LaunchRecord launch) {
    return areIn(launch) ? 1 + of(launch, TAKEN).size() : launch.hardware().cpus();
  }

  /** The places of that kind, in their order. */
  public static List<DeviceRecord> of(LaunchRecord launch, String kind) {
    return launch.devices().stream().filter(device -> device.kind().equals(kind)).toList();
  }

  private static Stream<DeviceRecord> all(LaunchRecord launch) {
    return launch.devices().stream().filter(CpuSlots::isSlot);
  }

  private static boolean isSlot(DeviceRecord device) {
    return switch (device.kind()) {
      case TAKEN, SPARE, SPENT -> true;
      default -> false;
    };
  }

  /** The record of the same machine when these of its places have a CPU, by their ids. */
  public static LaunchRecord onto(LaunchRecord launch, Set<String> present) {
    List<AssemblyStep> steps = new ArrayList<>(launch.assembly());
    List<DeviceRecord> devices = new ArrayList<>();
    for (DeviceRecord device : launch.devices()) {
      boolean isThere = present.contains(device.id());
      if (!isSlot(device) || device.kind().equals(TAKEN) == isThere) {
        devices.add(device);
      } else if (isThere) {
        devices.add(as(TAKEN, device));
        steps.add(step(launch.hardware(), device));
      } else {
        devices.add(as(isReusable(launch) ? SPARE : SPENT, device));
        steps.removeIf(step -> PluggedDevice.plugs(step, device));
      }
    }
    return launch.with(steps, devices);
  }

  /** TCG counts the threads that it has ever had, and QEMU aborts at one too many. */
  private static boolean isReusable(LaunchRecord launch) {
    return !launch.hardware().accelerator().equals("tcg");
  }

  private static DeviceRecord as(String kind, DeviceRecord slot) {
    return new DeviceRecord(slot.id(), kind, slot.name(), slot.bus(), slot.nodes());
  }
}
