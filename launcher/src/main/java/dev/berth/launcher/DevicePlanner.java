package dev.berth.launcher;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Devices;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Nic;
import dev.berth.definition.Nic.PortForward;
import dev.berth.launcher.PciSlots.Place;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MachineFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Plans the devices that are assembled over QMP: the same steps at start and, later, at hotplug.
 * Pure. Ids and node names are made from the definition's names, so they are stable across
 * launches; node names stay within QEMU's 31 characters because device names have at most 20.
 */
final class DevicePlanner {
  private static final String SCSI = "scsi";

  private final MachineDraft draft;
  private final PciSlots slots;
  private boolean hasScsi;

  DevicePlanner(MachineDraft draft, PciSlots slots) {
    this.draft = draft;
    this.slots = slots;
  }

  /**
   * Adds a disk or CD-ROM drive.
   *
   * @param protocol QEMU's driver for what the image is kept in: {@code file}, {@code host_device}
   * @param bootIndex its place in the boot order, from 1
   */
  void disk(Disk disk, String protocol, int bootIndex) {
    List<String> nodes = disk.file().map(file -> nodes(disk, file, protocol)).orElseGet(List::of);
    switch (disk.device()) {
      case DISK -> virtioDisk(disk, nodes, bootIndex);
      case CDROM -> cdrom(disk, nodes, bootIndex);
    }
  }

  private List<String> nodes(Disk disk, Path file, String protocol) {
    boolean writable = disk.access() == Access.READ_WRITE;
    int fdset = draft.newFdset();
    if (writable) {
      draft.passFile(fdset, file, FileAccess.READ_WRITE, disk.name() + " rw");
    }
    // A read-only descriptor too: QEMU takes descriptors by access mode, and reopens as jobs need.
    draft.passFile(fdset, file, FileAccess.READ_ONLY, disk.name() + " ro");
    String fileNode = disk.name() + "-file";
    String formatNode = disk.name() + "-format";
    node(fileNode, protocol, writable).put("filename", "/dev/fdset/" + fdset);
    node(formatNode, disk.format().name().toLowerCase(Locale.ROOT), writable).put("file", fileNode);
    return List.of(formatNode, fileNode);
  }

  private ObjectNode node(String name, String driver, boolean writable) {
    return draft
        .execute("blockdev-add")
        .put("driver", driver)
        .put("node-name", name)
        .put("read-only", !writable)
        .put("auto-read-only", false)
        .put("discard", writable ? "unmap" : "ignore");
  }

  private void virtioDisk(Disk disk, List<String> nodes, int bootIndex) {
    String id = "disk-" + disk.name();
    Place place = slots.next();
    draft
        .plug("virtio-blk-pci", id, place)
        .put("drive", nodes.get(0))
        .put("serial", disk.name())
        .put("bootindex", bootIndex);
    draft.device(new DeviceRecord(id, "disk", disk.name(), place.text(), nodes));
  }

  private void cdrom(Disk disk, List<String> nodes, int bootIndex) {
    if (!hasScsi) {
      hasScsi = true;
      Place place = slots.next();
      draft.plug("virtio-scsi-pci", SCSI, place);
      draft.device(new DeviceRecord(SCSI, "scsi-controller", "", place.text(), List.of()));
    }
    String id = "disk-" + disk.name();
    ObjectNode drive =
        draft
            .plug("scsi-cd", id)
            .put("bus", SCSI + ".0")
            .put("serial", disk.name())
            .put("bootindex", bootIndex);
    if (!nodes.isEmpty()) {
      drive.put("drive", nodes.get(0));
    }
    draft.device(new DeviceRecord(id, "cdrom", disk.name(), SCSI + ".0", nodes));
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
