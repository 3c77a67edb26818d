package dev.berth.launcher;

import dev.berth.launcher.PciSlots.Place;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.SerialSockets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Plans virtio-serial: the controller, the guest agent's port and channels. A channel's number and
 * its socket stay the same as long as it is there. Pure.
 */
final class VirtioSerialPlanner {
  /** The controller's id, which it has from its first use. */
  static final String CONTROLLER = "agent-bus";

  private static final String BUS = CONTROLLER + ".0";

  /** 0 is a console's, and 1 the guest agent's. */
  private static final int FIRST_CHANNEL = 2;

  private static final int LAST_CHANNEL = 30;

  private final MachineDraft draft;
  private final PciSlots slots;
  private final MachineFiles files;
  private boolean hasController;

  VirtioSerialPlanner(MachineDraft draft, PciSlots slots, MachineFiles files) {
    this.draft = draft;
    this.slots = slots;
    this.files = files;
  }

  /** The same for a machine that runs, and may have a controller already. */
  static VirtioSerialPlanner on(LaunchRecord launch, MachineDraft draft, PciSlots places) {
    VirtioSerialPlanner planner = new VirtioSerialPlanner(draft, places, launch.files());
    planner.hasController =
        launch.devices().stream().anyMatch(device -> device.id().equals(CONTROLLER));
    return planner;
  }

  void agent() {
    needController();
    draft.option("-chardev", OptionText.socket(LaunchRecord.AGENT, files.agentSocket()));
    draft
        .plug("virtserialport", LaunchRecord.AGENT_PORT)
        .put("bus", BUS)
        .put("chardev", LaunchRecord.AGENT)
        .put("name", "org.qemu.guest_agent.0");
    draft.device(new DeviceRecord(LaunchRecord.AGENT_PORT, "agent", "", BUS, List.of()));
  }

  /** Adds channels with the lowest numbers. */
  void channels(List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      channel(names.get(i), FIRST_CHANNEL + i);
    }
  }

  void channel(String name, int number) {
    needController();
    String id = SerialSockets.CHANNEL + "-" + name;
    draft.execute(SerialSockets.step(id, files.channelSocket(number)));
    draft
        .plug("virtserialport", id)
        .put("bus", BUS)
        .put("nr", number)
        .put("chardev", id)
        .put("name", name);
    draft.device(new DeviceRecord(id, SerialSockets.CHANNEL, name, place(number), List.of()));
  }

  /** The lowest number of a channel that no device of the machine has. */
  static Optional<Integer> freeNumber(LaunchRecord launch) {
    Set<String> taken =
        launch.devices().stream().map(DeviceRecord::bus).collect(Collectors.toSet());
    return IntStream.rangeClosed(FIRST_CHANNEL, LAST_CHANNEL)
        .filter(number -> !taken.contains(place(number)))
        .boxed()
        .findFirst();
  }

  private static String place(int number) {
    return BUS + ":" + number;
  }

  private void needController() {
    if (!hasController) {
      hasController = true;
      Place place = slots.next();
      draft.plug("virtio-serial-pci", CONTROLLER, place);
      draft.device(new DeviceRecord(CONTROLLER, CONTROLLER, "", place.text(), List.of()));
    }
  }
}
