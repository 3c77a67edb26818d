package dev.berth.launcher;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.DiskAttachment;
import dev.berth.definition.DiskAttachment.Discard;
import dev.berth.definition.DiskSource;
import dev.berth.launcher.PciSlots.Place;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Plans the disks. Those on virtio buses are assembled over QMP: the same steps at start and,
 * later, at hotplug. A SATA bus takes nothing once the machine stands, so its disks are on the
 * command line and their images among the files that QEMU inherits. Pure.
 *
 * <p>Ids and node names are made from the definition's names, so they are stable across launches;
 * node names stay within QEMU's 31 characters because device names have at most 20.
 */
final class DiskPlanner {
  private static final String SCSI = "scsi";
  private static final String SATA = "sata";

  /** The kind of the controller that disks on virtio-scsi share. */
  static final String SCSI_CONTROLLER = "scsi-controller";

  private final MachineDraft draft;
  private final PciSlots slots;
  private final Map<String, FileKey> given;
  private boolean hasScsi;
  private int sataPorts;

  /**
   * A planner without disks yet.
   *
   * @param given which files the start is given, by the names of their disks
   */
  DiskPlanner(MachineDraft draft, PciSlots slots, Map<String, FileKey> given) {
    this.draft = draft;
    this.slots = slots;
    this.given = given;
  }

  /**
   * Adds a disk or CD-ROM drive.
   *
   * @param protocol QEMU's driver for what the image is kept in: {@code file}, {@code host_device}
   * @param bootIndex its place in the boot order, from 1; empty when it is not booted from
   */
  void add(Disk disk, String protocol, Optional<Integer> bootIndex) {
    switch (disk.attachment().bus()) {
      case VIRTIO_BLK -> {
        Place place = slots.next();
        List<String> nodes = assembledNodes(disk, protocol);
        ObjectNode device = draft.plug("virtio-blk-pci", id(disk), place);
        complete(device, disk, nodes, bootIndex);
        note(disk, place.text(), nodes);
      }
      case VIRTIO_SCSI -> {
        List<String> nodes = assembledNodes(disk, protocol);
        needScsi();
        ObjectNode device = draft.plug(isCdrom(disk) ? "scsi-cd" : "scsi-hd", id(disk));
        complete(device.put("bus", SCSI + ".0"), disk, nodes, bootIndex);
        note(disk, SCSI + ".0", nodes);
      }
      case SATA -> onSata(disk, protocol, bootIndex);
    }
  }

  /** The machine has a controller for disks on virtio-scsi already. */
  void onScsiOfTheMachine() {
    hasScsi = true;
  }

  private void needScsi() {
    if (!hasScsi) {
      hasScsi = true;
      Place place = slots.next();
      draft.plug("virtio-scsi-pci", SCSI, place);
      draft.device(new DeviceRecord(SCSI, SCSI_CONTROLLER, "", place.text(), List.of()));
    }
  }

  private void onSata(Disk disk, String protocol, Optional<Integer> bootIndex) {
    if (sataPorts == 0) {
      Place place = slots.sata();
      draft.option(
          "-device",
          OptionText.of("ich9-ahci")
              .with("id", SATA)
              .with("bus", place.bus())
              .with("addr", place.address()));
      draft.device(new DeviceRecord(SATA, "sata-controller", "", place.text(), List.of()));
    }
    String bus = SATA + "." + sataPorts++;
    List<String> nodes = disk.file().map(file -> inherited(disk, file, protocol)).orElse(List.of());
    ObjectNode device = JsonNodeFactory.instance.objectNode();
    complete(device.put("id", id(disk)).put("bus", bus), disk, nodes, bootIndex);
    draft.option("-device", OptionText.of(isCdrom(disk) ? "ide-cd" : "ide-hd").withAll(device));
    note(disk, bus, nodes);
  }

  /** The properties that a disk has on every bus. */
  private static void complete(
      ObjectNode device, Disk disk, List<String> nodes, Optional<Integer> bootIndex) {
    DiskAttachment attachment = disk.attachment();
    if (!isCdrom(disk)) {
      device.put("drive", nodes.get(0));
    }
    device.put("serial", attachment.serial().orElse(disk.name()));
    bootIndex.ifPresent(index -> device.put("bootindex", index));
    if (isCdrom(disk) && !nodes.isEmpty()) {
      device.put("drive", nodes.get(0));
    }
    if (!attachment.cache().hasWriteCache()) {
      device.put("write-cache", "off");
    }
  }

  private List<String> assembledNodes(Disk disk, String protocol) {
    return disk.source()
        .map(
            source -> {
              int fdset = draft.newFdset();
              if (disk.access() == Access.READ_WRITE) {
                pass(fdset, disk, source, FileAccess.READ_WRITE);
              }
              pass(fdset, disk, source, FileAccess.READ_ONLY);
              disk.secret().ifPresent(name -> draft.addSecret(secret(disk), name, disk.name()));
              draft.execute("blockdev-add").setAll(fileNode(disk, protocol, fdset));
              draft.execute("blockdev-add").setAll(formatNode(disk));
              return nodeNames(disk);
            })
        .orElse(List.of());
  }

  private List<String> inherited(Disk disk, Path file, String protocol) {
    boolean writable = disk.access() == Access.READ_WRITE;
    int fdset = draft.inherit(file, writable ? FileAccess.READ_WRITE : FileAccess.READ_ONLY);
    draft.words("-blockdev", fileNode(disk, protocol, fdset).toString());
    draft.words("-blockdev", formatNode(disk).toString());
    if (writable) {
      pass(fdset, disk, new DiskSource.File(file), FileAccess.READ_ONLY);
    }
    return nodeNames(disk);
  }

  /** QEMU takes descriptors by access mode, and reopens as jobs need. */
  private void pass(int fdset, Disk disk, DiskSource source, FileAccess access) {
    String opaque = disk.name() + (access == FileAccess.READ_WRITE ? " rw" : " ro");
    if (source instanceof DiskSource.File file) {
      draft.passFile(fdset, file.path(), access, opaque);
    } else if (source instanceof DiskSource.Descriptor descriptor) {
      FileKey file = Objects.requireNonNull(given.get(disk.name()), disk.name());
      draft.passGivenFile(fdset, descriptor.name(), file, access, opaque);
    }
  }

  private static ObjectNode fileNode(Disk disk, String protocol, int fdset) {
    return node(disk, protocol, fileNodeName(disk)).put("filename", "/dev/fdset/" + fdset);
  }

  private static ObjectNode formatNode(Disk disk) {
    String format = disk.format().name().toLowerCase(Locale.ROOT);
    ObjectNode node = node(disk, format, formatNodeName(disk)).put("file", fileNodeName(disk));
    if (disk.secret().isPresent()) {
      node.putObject("encrypt").put("format", "luks").put("key-secret", secret(disk));
    }
    return node;
  }

  /** Says only what is not QEMU's default: its monitor takes 4 µs for each byte. */
  private static ObjectNode node(Disk disk, String driver, String name) {
    DiskAttachment attachment = disk.attachment();
    boolean writable = disk.access() == Access.READ_WRITE;
    ObjectNode node =
        JsonNodeFactory.instance.objectNode().put("driver", driver).put("node-name", name);
    if (!writable) {
      node.put("read-only", true);
    } else if (attachment.discard() == Discard.UNMAP) {
      node.put("discard", "unmap");
    }
    switch (attachment.cache()) {
      case WRITEBACK, WRITETHROUGH -> {}
      case NONE, DIRECTSYNC -> node.putObject("cache").put("direct", true).put("no-flush", false);
      case UNSAFE -> node.putObject("cache").put("direct", false).put("no-flush", true);
    }
    return node;
  }

  /** A node for the whole of a raw file that is no disk of the definition. */
  static ObjectNode wholeFile(String name, String path, FileAccess access) {
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("driver", "raw")
            .put("node-name", name)
            .put("read-only", access == FileAccess.READ_ONLY);
    node.putObject("file").put("driver", "file").put("filename", path);
    return node;
  }

  private void note(Disk disk, String bus, List<String> nodes) {
    String kind = isCdrom(disk) ? "cdrom" : "disk";
    DeviceRecord device = new DeviceRecord(id(disk), kind, disk.name(), bus, nodes);
    draft.device(device);
    if (disk.throttle().isLimited() && !nodes.isEmpty()) {
      draft.execute(DiskThrottle.step(device, disk.throttle()));
    }
  }

  private static boolean isCdrom(Disk disk) {
    return disk.device() == DiskDevice.CDROM;
  }

  private static String id(Disk disk) {
    return "disk-" + disk.name();
  }

  private static List<String> nodeNames(Disk disk) {
    return List.of(formatNodeName(disk), fileNodeName(disk));
  }

  /** The id of the object that opens the image. */
  private static String secret(Disk disk) {
    return "secret-" + disk.name();
  }

  private static String fileNodeName(Disk disk) {
    return disk.name() + "-file";
  }

  private static String formatNodeName(Disk disk) {
    return disk.name() + "-format";
  }
}
