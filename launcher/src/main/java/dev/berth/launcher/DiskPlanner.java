package dev.berth.launcher;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.DiskAttachment;
import dev.berth.domain.Throttle;
import dev.berth.launcher.PciSlots.Place;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.DiskLatencies;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.Iothreads;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MediumPlan;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Plans the disks. Those on virtio buses are assembled over QMP: the same steps at start and,
 * later, at hotplug. A SATA bus takes nothing once the machine stands, so its disks are on the
 * command line and their images among the files that QEMU inherits. Pure.
 *
 * <p>Ids are made from the definition's names, so they are stable across launches.
 */
final class DiskPlanner {
  private static final String SCSI = "scsi";
  private static final String SATA = "sata";

  /** The kind of a controller that disks on virtio-scsi share. */
  static final String SCSI_CONTROLLER = "scsi-controller";

  private final MachineDraft draft;
  private final PciSlots slots;
  private final ImageFacts images;
  private final Set<String> controllers = new HashSet<>();
  private int sataPorts;

  /**
   * A planner without disks yet.
   *
   * @param images what was found out about the images
   */
  DiskPlanner(MachineDraft draft, PciSlots slots, ImageFacts images) {
    this.draft = draft;
    this.slots = slots;
    this.images = images;
  }

  /**
   * Adds a disk or CD-ROM drive.
   *
   * @param bootIndex its place in the boot order, from 1; empty when it is not booted from
   */
  void add(Disk disk, Optional<Integer> bootIndex) {
    switch (disk.attachment().bus()) {
      case VIRTIO_BLK -> {
        Place place = slots.next();
        List<String> nodes = assembledNodes(disk);
        ObjectNode device = draft.plug("virtio-blk-pci", id(disk), place);
        complete(device, disk, nodes, bootIndex);
        serve(device, disk);
        note(disk, place.text(), nodes);
      }
      case VIRTIO_SCSI -> {
        List<String> nodes = assembledNodes(disk);
        String bus = scsi(disk) + ".0";
        ObjectNode device = draft.plug(isCdrom(disk) ? "scsi-cd" : "scsi-hd", id(disk));
        complete(device.put("bus", bus), disk, nodes, bootIndex);
        note(disk, bus, nodes);
      }
      case SATA -> onSata(disk, bootIndex);
    }
  }

  /**
   * Adds what gets a medium into a drive that stands empty, and what limits it.
   *
   * @param drive with the medium in it
   * @param device the drive as the machine has it
   * @param limits as they are set, if they are
   * @return the drive as the machine has it then
   */
  DeviceRecord insert(Disk drive, DeviceRecord device, Optional<Execute> limits) {
    List<String> nodes = assembledNodes(drive);
    DeviceRecord filled =
        new DeviceRecord(device.id(), device.kind(), device.name(), device.bus(), nodes);
    String id = DiskThrottle.backend(device);
    draft.execute(MediumPlan.OPEN).put("id", id).put("force", true); // it has nothing to lose
    draft.execute(MediumPlan.INSERT).put("id", id).put("node-name", nodes.get(0));
    limits
        .or(
            () ->
                Optional.of(drive.throttle())
                    .filter(Throttle::isLimited)
                    .map(each -> DiskThrottle.step(filled, each)))
        .ifPresent(draft::execute);
    draft.execute(MediumPlan.CLOSE).put("id", id);
    return filled;
  }

  /** The machine has that controller for disks on virtio-scsi already. */
  void onControllerOfTheMachine(String id) {
    controllers.add(id);
  }

  /** The controller of a disk on virtio-scsi: one for each thread that serves some. */
  private String scsi(Disk disk) {
    String id = disk.attachment().iothread().map(name -> SCSI + "-" + name).orElse(SCSI);
    if (controllers.add(id)) {
      Place place = slots.next();
      serve(draft.plug("virtio-scsi-pci", id, place), disk);
      draft.device(new DeviceRecord(id, SCSI_CONTROLLER, "", place.text(), List.of()));
    }
    return id;
  }

  private static void serve(ObjectNode device, Disk disk) {
    disk.attachment().iothread().ifPresent(name -> device.put(Iothreads.KIND, Iothreads.id(name)));
  }

  private void onSata(Disk disk, Optional<Integer> bootIndex) {
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
    List<String> nodes = disk.file().map(file -> inherited(disk, file)).orElse(List.of());
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

  private List<String> assembledNodes(Disk disk) {
    if (disk.source().isEmpty()) {
      return List.of();
    }
    ImageNodes nodes = new ImageNodes(disk, images);
    for (ImageNodes.Below below : nodes.below()) {
      draft.open(below.path(), below.stem(), below::file, below.format());
    }
    int fdset = draft.newFdset();
    if (disk.access() == Access.READ_WRITE) {
      pass(fdset, disk, FileAccess.READ_WRITE);
    }
    pass(fdset, disk, FileAccess.READ_ONLY);
    disk.secret().ifPresent(name -> draft.addSecret(nodes.secret(), name, disk.name()));
    draft.execute("blockdev-add").setAll(nodes.file(fdset));
    draft.execute("blockdev-add").setAll(nodes.format());
    return nodes.names();
  }

  private List<String> inherited(Disk disk, Path file) {
    ImageNodes nodes = new ImageNodes(disk, images);
    for (ImageNodes.Below below : nodes.below()) {
      int fdset = draft.inherit(below.path(), FileAccess.READ_ONLY);
      draft.words("-blockdev", below.file(fdset).toString());
      draft.words("-blockdev", below.format().toString());
    }
    boolean writable = disk.access() == Access.READ_WRITE;
    int fdset = draft.inherit(file, writable ? FileAccess.READ_WRITE : FileAccess.READ_ONLY);
    draft.words("-blockdev", nodes.file(fdset).toString());
    draft.words("-blockdev", nodes.format().toString());
    if (writable) {
      pass(fdset, disk, FileAccess.READ_ONLY);
    }
    return nodes.names();
  }

  /** QEMU takes descriptors by access mode, and reopens as jobs need. */
  private void pass(int fdset, Disk disk, FileAccess access) {
    String opaque = disk.name() + (access == FileAccess.READ_WRITE ? " rw" : " ro");
    disk.file().ifPresent(file -> draft.passFile(fdset, file, access, opaque));
    disk.descriptor()
        .ifPresent(name -> draft.passGivenFile(fdset, name, images.given(disk), access, opaque));
  }

  private void note(Disk disk, String bus, List<String> nodes) {
    String kind = isCdrom(disk) ? "cdrom" : "disk";
    DeviceRecord device = new DeviceRecord(id(disk), kind, disk.name(), bus, nodes);
    draft.device(device);
    if (disk.throttle().isLimited() && !nodes.isEmpty()) {
      draft.execute(DiskThrottle.step(device, disk.throttle()));
    }
    if (disk.latencies().isOn()) {
      draft.execute(DiskLatencies.step(device, disk.latencies()));
    }
  }

  private static boolean isCdrom(Disk disk) {
    return disk.device() == DiskDevice.CDROM;
  }

  private static String id(Disk disk) {
    return "disk-" + disk.name();
  }
}
