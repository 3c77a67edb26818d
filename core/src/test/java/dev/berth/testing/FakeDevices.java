package dev.berth.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DeviceDocument;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.Disk;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Nic;
import dev.berth.definition.Pluggable;
import dev.berth.definition.Share;
import dev.berth.definition.SmallDevice;
import dev.berth.domain.ByteSize;
import dev.berth.error.InvalidStateException;
import dev.berth.error.Problem;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.CpuSlots;
import dev.berth.machine.DevicePlan;
import dev.berth.machine.Dimms;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.GrowingMemory;
import dev.berth.machine.Iothreads;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MediumPlan;
import dev.berth.machine.PluggedDevice;
import dev.berth.machine.SerialSockets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The devices of pretended machines: a root port for each, two nodes for a disk, a netdev for a
 * network interface, an object for a small device; and two ports to spare.
 */
final class FakeDevices {
  /** The word of the command line by which others can map a machine's memory. */
  static final String MAPPABLE = "shared";

  private static final String PORT = "port";
  private static final int SPARE = 2;

  private FakeDevices() {}

  /** The record with the devices of that definition, and two ports that are free. */
  static LaunchRecord with(LaunchRecord launch, DomainDefinition definition) {
    List<AssemblyStep> steps = new ArrayList<>();
    List<DeviceRecord> devices = new ArrayList<>();
    List<Pluggable> all =
        Arrays.stream(DeviceKind.values())
            .<Pluggable>flatMap(kind -> kind.in(definition).stream())
            .toList();
    for (Pluggable each : all) {
      DeviceRecord device = device(each, PORT + (devices.size() + 1));
      devices.add(device);
      steps.addAll(steps(each, device, launch));
      Execute plug = (Execute) steps.get(steps.size() - 1);
      plug.arguments().put("bootindex", devices.size());
    }
    for (int port = all.size() + 1; port <= all.size() + SPARE; port++) {
      devices.add(new DeviceRecord(PORT + port, LaunchRecord.SPARE_PORT, "", "pcie.0", List.of()));
    }
    devices.addAll(launch.devices());
    ByteSize room = definition.compute().roomForMemory();
    if (definition.compute().growsByDimms()) {
      devices.addAll(Dimms.slots(room, definition.compute().backing().dimmBlock()));
    } else if (room.bytes() > 0) {
      devices.add(
          new DeviceRecord(GrowingMemory.DEVICE, GrowingMemory.DEVICE, "", "pcie.0", List.of()));
      steps.add(
          new Execute(
              "object-add",
              Json.object()
                  .put("id", GrowingMemory.BACKEND)
                  .put("size", definition.compute().roomForMemory().bytes())));
      steps.add(
          new Execute(
              "device_add",
              Json.object()
                  .put("id", GrowingMemory.DEVICE)
                  .put("block-size", definition.compute().backing().block().bytes())
                  .put(GrowingMemory.REQUESTED, 0)));
    }
    for (int number = 1; number < definition.compute().maxCpus().orElse(0); number++) {
      boolean isThere = number < definition.compute().cpus();
      DeviceRecord slot =
          CpuSlots.slot(number, isThere ? CpuSlots.TAKEN : CpuSlots.SPARE, "0//" + number + "/0");
      devices.add(slot);
      if (isThere) {
        steps.add(CpuSlots.step(launch.hardware(), slot));
      }
    }
    return launch.with(steps, devices);
  }

  /** The record of what has the images of those disks open for reading. */
  static LaunchRecord standIn(LaunchRecord launch, List<Disk> disks) {
    List<AssemblyStep> steps = new ArrayList<>();
    List<DeviceRecord> devices = new ArrayList<>();
    for (Disk disk : disks) {
      devices.add(device(disk, ""));
      steps.add(
          new PassFile(
              devices.size(),
              disk.file().orElseThrow(),
              FileAccess.READ_ONLY,
              disk.name() + " ro"));
    }
    return launch.with(steps, devices);
  }

  /** How a further device is added to a machine that runs. */
  static DevicePlan plan(LaunchRecord launch, Pluggable added) {
    if (added instanceof Disk disk && disk.attachment().bus() == Bus.SATA) {
      throw new UnsupportedException("A SATA bus takes nothing while the machine runs.");
    }
    if (added instanceof Share && !launch.argv().contains(MAPPABLE)) {
      throw new InvalidStateException("Others cannot map the machine's memory.");
    }
    if (added instanceof Share share && hasTag(launch, share.tag())) {
      throw DeviceDocument.problems(share, List.of(Problem.at("tag", "is taken: choose another")));
    }
    if (added instanceof SmallDevice.Iothread thread) {
      DeviceRecord device = Iothreads.device(thread.threadName());
      return new DevicePlan(
          added.kind(), added.name(), steps(added, device, launch), List.of(device), Set.of());
    }
    DeviceRecord port =
        launch.devices().stream()
            .filter(device -> device.kind().equals(LaunchRecord.SPARE_PORT))
            .findFirst()
            .orElseThrow(() -> new InvalidStateException("Every place of the machine is taken."));
    DeviceRecord device = device(added, port.id());
    return new DevicePlan(
        added.kind(),
        added.name(),
        Stream.concat(file(added).stream(), steps(added, device, launch).stream()).toList(),
        List.of(device),
        Set.of(port.id()));
  }

  private static Optional<AssemblyStep> file(Pluggable added) {
    return added instanceof Disk disk
        ? disk.file().map(file -> new PassFile(1, file, FileAccess.READ_WRITE, disk.name() + " rw"))
        : Optional.empty();
  }

  /** How a medium gets into that drive of a machine that runs. */
  static MediumPlan insertion(LaunchRecord launch, Disk drive) {
    String name = drive.name();
    DeviceRecord empty =
        PluggedDevice.devices(launch, DeviceKind.DISK).stream()
            .filter(device -> device.name().equals(name))
            .findFirst()
            .orElseThrow();
    DeviceRecord filled =
        new DeviceRecord(empty.id(), empty.kind(), name, empty.bus(), nodes(name));
    List<AssemblyStep> steps = new ArrayList<>();
    steps.add(new PassFile(1, drive.file().orElseThrow(), FileAccess.READ_ONLY, name + " ro"));
    steps.addAll(diskSteps(filled).subList(0, 2));
    ((Execute) steps.get(1)).arguments().put("filename", "/dev/fdset/1");
    String id = DiskThrottle.backend(filled);
    steps.add(new Execute(MediumPlan.OPEN, Json.object().put("id", id)));
    steps.add(
        new Execute(
            MediumPlan.INSERT,
            Json.object().put("id", id).put("node-name", filled.nodes().get(0))));
    if (drive.throttle().isLimited()) {
      steps.add(DiskThrottle.step(filled, drive.throttle()));
    }
    steps.add(new Execute(MediumPlan.CLOSE, Json.object().put("id", id)));
    return new MediumPlan(filled, steps);
  }

  private static List<String> nodes(String disk) {
    return List.of(disk + "-format", disk + "-file");
  }

  private static DeviceRecord device(Pluggable added, String bus) {
    String name = added.name();
    return switch (added.kind()) {
      case DISK -> {
        Disk disk = (Disk) added;
        String kind = disk.device() == Disk.DiskDevice.CDROM ? "cdrom" : "disk";
        List<String> nodes = disk.source().map(source -> nodes(name)).orElse(List.of());
        yield new DeviceRecord("disk-" + name, kind, name, bus, nodes);
      }
      case NIC -> new DeviceRecord("nic-" + name, "nic", name, bus, List.of());
      case SHARE -> new DeviceRecord("share-" + name, LaunchRecord.SHARE, name, bus, List.of());
      case DEVICE ->
          added instanceof SmallDevice.Iothread thread
              ? Iothreads.device(thread.threadName())
              : isPort(added)
                  ? new DeviceRecord(kind(added) + "-" + name, kind(added), name, bus, List.of())
                  : new DeviceRecord(name, name, "", bus, List.of());
    };
  }

  private static List<AssemblyStep> steps(
      Pluggable added, DeviceRecord device, LaunchRecord launch) {
    return switch (added.kind()) {
      case DISK -> served((Disk) added, diskSteps(device));
      case NIC -> nicSteps((Nic) added, device);
      case SHARE -> shareSteps((Share) added, device, launch);
      case DEVICE ->
          added instanceof SmallDevice.Iothread thread
              ? List.of(Iothreads.step(thread.threadName()))
              : isPort(added) ? portSteps(device) : deviceSteps(device);
    };
  }

  private static List<AssemblyStep> served(Disk disk, List<AssemblyStep> steps) {
    Execute plug = (Execute) steps.get(steps.size() - 1);
    disk.attachment()
        .iothread()
        .ifPresent(name -> plug.arguments().put(Iothreads.KIND, Iothreads.id(name)));
    return steps;
  }

  private static List<AssemblyStep> diskSteps(DeviceRecord device) {
    ObjectNode plug = Json.object().put("driver", "virtio-blk-pci").put("id", device.id());
    if (device.nodes().isEmpty()) {
      return List.of(new Execute("device_add", plug));
    }
    ObjectNode file = Json.object().put("driver", "file").put("node-name", device.nodes().get(1));
    ObjectNode format = Json.object().put("driver", "raw").put("node-name", device.nodes().get(0));
    return List.of(
        new Execute("blockdev-add", file),
        new Execute("blockdev-add", format),
        new Execute("device_add", plug));
  }

  /** As if each had an object of its own, as an entropy source has. */
  private static List<AssemblyStep> deviceSteps(DeviceRecord device) {
    String object = device.id() + "-object";
    return List.of(
        new Execute("object-add", Json.object().put("qom-type", "rng-random").put("id", object)),
        new Execute("device_add", Json.object().put("id", device.id()).put("rng", object)));
  }

  private static boolean hasTag(LaunchRecord launch, String tag) {
    return launch.assembly().stream()
        .filter(Execute.class::isInstance)
        .anyMatch(step -> ((Execute) step).arguments().path("tag").asText().equals(tag));
  }

  private static List<AssemblyStep> shareSteps(
      Share share, DeviceRecord device, LaunchRecord launch) {
    Path socket = launch.files().shareSocket(share.name());
    List<String> command = List.of("/usr/bin/fake-virtiofsd", "--socket-path=" + socket);
    return List.of(
        new ServeShare(share.name(), socket, command, Optional.of(share.source())),
        new Execute("chardev-add", Json.object().put("id", device.id())),
        new Execute(
            "device_add",
            Json.object()
                .put("driver", "vhost-user-fs-pci")
                .put("id", device.id())
                .put("chardev", device.id())
                .put("tag", share.tag())));
  }

  private static boolean isPort(Pluggable added) {
    return added instanceof SmallDevice small && small.isPort();
  }

  private static String kind(Pluggable port) {
    return ((SmallDevice) port).type().word();
  }

  private static List<AssemblyStep> portSteps(DeviceRecord device) {
    String id = device.id();
    return List.of(
        SerialSockets.step(id, Path.of("/nonexistent", id)),
        new Execute("device_add", Json.object().put("id", id).put("chardev", id)));
  }

  private static List<AssemblyStep> nicSteps(Nic nic, DeviceRecord device) {
    String netdev = "net-" + nic.name();
    ObjectNode plug =
        Json.object()
            .put("driver", "virtio-net-pci")
            .put("id", device.id())
            .put("netdev", netdev)
            .put("mac", nic.mac().orElse("52:54:00:00:00:01"));
    return List.of(
        new Execute("netdev_add", Json.object().put("type", "user").put("id", netdev)),
        new Execute("device_add", plug));
  }
}
