package dev.berth.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Devices;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Nic;
import dev.berth.definition.Nic.PortForward;
import dev.berth.launcher.PciSlots.Place;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MachineFiles;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Plans network interfaces and small devices, which are assembled over QMP: the same steps at start
 * and, later, at hotplug. Pure. Ids are made from the definition's names, so they are stable across
 * launches.
 */
final class DevicePlanner {
  private final MachineDraft draft;
  private final PciSlots slots;

  DevicePlanner(MachineDraft draft, PciSlots slots) {
    this.draft = draft;
    this.slots = slots;
  }

  /** Adds a network interface; its MAC address follows from the domain and its name. */
  void nic(Nic nic, UUID domain) {
    String netdev = "net-" + nic.name();
    String id = "nic-" + nic.name();
    ObjectNode backend = draft.execute("netdev_add").put("type", "user").put("id", netdev);
    if (!nic.forwards().isEmpty()) {
      ArrayNode forwards = backend.putArray("hostfwd");
      nic.forwards().forEach(forward -> forwards.addObject().put("str", text(forward)));
    }
    Place place = slots.next();
    draft
        .plug("virtio-net-pci", id, place)
        .put("netdev", netdev)
        .put("mac", MacAddress.of(domain, nic.name()))
        .put("romfile", ""); // never boots from the network, and the ROM would be a file to open
    draft.device(new DeviceRecord(id, "nic", nic.name(), place.text(), List.of()));
  }

  private static String text(PortForward forward) {
    return forward.protocol().name().toLowerCase(Locale.ROOT)
        + ":"
        + forward.hostAddress()
        + ":"
        + forward.hostPort()
        + "-:"
        + forward.guestPort();
  }

  /** Adds the small devices that the definition wants. */
  void small(Devices devices, MachineFiles files) {
    if (devices.rng() == Presence.PRESENT) {
      draft
          .execute("object-add")
          .put("qom-type", "rng-random")
          .put("id", "rng-source")
          .put("filename", "/dev/urandom");
      onPci("virtio-rng-pci", "rng").put("rng", "rng-source");
    }
    if (devices.balloon() == Presence.PRESENT) {
      onPci("virtio-balloon-pci", "balloon");
    }
    if (devices.guestAgent() == Presence.PRESENT) {
      agent(files);
    }
  }

  private void agent(MachineFiles files) {
    onPci("virtio-serial-pci", "agent-bus");
    ObjectNode backend = draft.execute("chardev-add").put("id", "agent").putObject("backend");
    ObjectNode socket = backend.put("type", "socket").putObject("data");
    socket.put("server", true).put("wait", false);
    socket
        .putObject("addr")
        .put("type", "unix")
        .putObject("data")
        .put("path", files.agentSocket().toString());
    draft
        .plug("virtserialport", "agent-port")
        .put("bus", "agent-bus.0")
        .put("chardev", "agent")
        .put("name", "org.qemu.guest_agent.0");
    draft.device(new DeviceRecord("agent-port", "agent", "", "agent-bus.0", List.of()));
  }

  private ObjectNode onPci(String driver, String id) {
    Place place = slots.next();
    ObjectNode arguments = draft.plug(driver, id, place);
    draft.device(new DeviceRecord(id, id, "", place.text(), List.of()));
    return arguments;
  }
}
