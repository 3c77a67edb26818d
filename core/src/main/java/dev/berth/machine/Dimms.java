package dev.berth.machine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.ByteSize;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The slots of a machine to which memory comes by DIMMs (QAPI {@code pc-dimm}). A launch record has
 * them all from the start, each with the id that its DIMM has or will have. Pure.
 */
public final class Dimms {
  /** The kind of a slot that has a DIMM. */
  public static final String TAKEN = "dimm";

  /** The kind of a slot that has none. */
  public static final String SPARE = "spare-dimm";

  /**
   * How many slots there are at most; QEMU could have 256, each with a place in the guest's ACPI.
   */
  private static final int SLOTS = 32;

  /** What Linux takes as a whole on x86. */
  private static final ByteSize STEP = ByteSize.mebibytes(128);

  private static final String ID = "dimm-";
  private static final String SOURCE = "-source";

  private Dimms() {}

  /**
   * The slots of a machine that can get so much memory.
   *
   * @param step the least that a DIMM has
   */
  public static List<DeviceRecord> slots(ByteSize room, ByteSize step) {
    int count = (int) Math.min(SLOTS, room.bytes() / step.bytes());
    return IntStream.range(0, count)
        .mapToObj(slot -> new DeviceRecord(ID + slot, SPARE, "", Integer.toString(slot), List.of()))
        .toList();
  }

  /** Whether DIMMs can come to the machine. */
  public static boolean areIn(LaunchRecord launch) {
    return launch.devices().stream().anyMatch(Dimms::isSlot);
  }

  /** Whether a device of that id is a DIMM. */
  public static boolean isOne(String device) {
    return device.startsWith(ID);
  }

  /** The ids of the slots, taken or not. */
  public static Set<String> ids(LaunchRecord launch) {
    return launch.devices().stream()
        .filter(Dimms::isSlot)
        .map(DeviceRecord::id)
        .collect(Collectors.toSet());
  }

  /** The slots of that kind, in their order. */
  public static List<DeviceRecord> of(LaunchRecord launch, String kind) {
    return launch.devices().stream().filter(device -> device.kind().equals(kind)).toList();
  }

  /** How much memory the machine can get besides what it was started with. */
  public static ByteSize room(LaunchRecord launch) {
    String words = launch.argv().get(launch.argv().indexOf("-m") + 1);
    ByteSize most = MemoryObject.mebibytes(MemoryObject.properties(words).get("maxmem"));
    return new ByteSize(most.bytes() - launch.hardware().memory().bytes());
  }

  /** The least that a DIMM of that machine has more than another. */
  public static ByteSize step(LaunchRecord launch) {
    ByteSize page = MemoryObject.page(launch);
    return page.compareTo(STEP) > 0 ? page : STEP;
  }

  /** The steps that plug a DIMM of that size into a slot. */
  public static List<Execute> steps(LaunchRecord launch, DeviceRecord slot, ByteSize size) {
    String source = slot.id() + SOURCE;
    ObjectNode plug =
        Json.object()
            .put("driver", "pc-dimm")
            .put("id", slot.id())
            .put("memdev", source)
            .put("slot", Integer.parseInt(slot.bus()));
    return List.of(MemoryObject.like(launch, source, size), new Execute("device_add", plug));
  }

  /** What backs the DIMM in a slot, or has backed one. */
  public static Backend source(DeviceRecord slot) {
    return new Backend.QomObject(slot.id() + SOURCE);
  }

  /** How much memory the DIMM on record in a slot has. */
  public static ByteSize size(LaunchRecord launch, DeviceRecord slot) {
    return launch.assembly().stream()
        .filter(step -> makesSource(step, slot))
        .map(step -> new ByteSize(((Execute) step).arguments().path("size").asLong()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no DIMM in " + slot.id()));
  }

  /** How much memory has come to the machine by DIMMs. */
  public static ByteSize plugged(LaunchRecord launch) {
    return new ByteSize(
        of(launch, TAKEN).stream().mapToLong(slot -> size(launch, slot).bytes()).sum());
  }

  /** The record of the same machine when these of its slots have a DIMM, of these sizes. */
  public static LaunchRecord onto(LaunchRecord launch, Map<String, ByteSize> present) {
    List<AssemblyStep> steps = new ArrayList<>(launch.assembly());
    List<DeviceRecord> devices = new ArrayList<>();
    for (DeviceRecord device : launch.devices()) {
      ByteSize size = present.get(device.id());
      if (!isSlot(device) || device.kind().equals(TAKEN) == (size != null)) {
        devices.add(device);
      } else if (size != null) {
        devices.add(as(TAKEN, device));
        steps.addAll(steps(launch, device, size));
      } else {
        devices.add(as(SPARE, device));
        steps.removeIf(step -> makesSource(step, device) || PluggedDevice.plugs(step, device));
      }
    }
    return launch.with(steps, devices);
  }

  private static boolean isSlot(DeviceRecord device) {
    return device.kind().equals(TAKEN) || device.kind().equals(SPARE);
  }

  private static boolean makesSource(AssemblyStep step, DeviceRecord slot) {
    return step instanceof Execute execute
        && execute.command().equals("object-add")
        && execute.arguments().path("id").asText().equals(slot.id() + SOURCE);
  }

  private static DeviceRecord as(String kind, DeviceRecord slot) {
    return new DeviceRecord(slot.id(), kind, slot.name(), slot.bus(), slot.nodes());
  }
}
