package dev.berth.launcher;

import dev.berth.definition.Compute;
import dev.berth.definition.Devices;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Disk;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.NearestWord;
import dev.berth.definition.Peripherals;
import dev.berth.definition.Peripherals.PanicDevice;
import dev.berth.error.Problem;
import dev.berth.launcher.QemuCapabilities.MachineType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Holds a definition's machine and processors against what a QEMU has. Pure. */
final class HardwareChecks {
  private final QemuCapabilities capabilities;
  private final List<Problem> problems;

  /**
   * Checks that add to those problems.
   *
   * @param problems grows
   */
  HardwareChecks(QemuCapabilities capabilities, List<Problem> problems) {
    this.capabilities = capabilities;
    this.problems = problems;
  }

  /** Checks the definition; the machine type it means, if there is one that can be planned. */
  Optional<MachineType> check(DomainDefinition definition) {
    Compute compute = definition.compute();
    compute.cpuModel().ifPresent(this::checkCpuModel);
    if (definition.devices().peripherals().panic() == PanicDevice.PCI
        && !capabilities.hasPciPanicDevice()) {
      problems.add(
          Problem.at(
              "panic",
              "'panic: pci' needs QEMU 6.0 or newer, and this is "
                  + capabilities.version()
                  + ": use 'panic: isa'"));
    }
    Optional<MachineType> type = capabilities.machineType(compute.machineType());
    if (type.isEmpty()) {
      report("machine", "machine type", compute.machineType(), machineNames());
      return type;
    }
    if (!PciSlots.serves(type.get().name())) {
      problems.add(
          Problem.at(
              "machine",
              "machine type '" + compute.machineType() + "' is not supported: use 'q35' or 'pc'"));
      return Optional.empty();
    }
    if (compute.roomForCpus() > type.get().maxCpus()) {
      problems.add(
          Problem.at(
              compute.maxCpus().isPresent() ? "max-cpus" : "cpus",
              String.format(
                  "machine type '%s' takes at most %d CPUs, not %d",
                  compute.machineType(), type.get().maxCpus(), compute.roomForCpus())));
    }
    checkRoom(definition, type.get());
    return type;
  }

  private void checkCpuModel(String model) {
    if (!model.equals("host") && !capabilities.cpuModels().contains(model)) {
      report("cpu", "CPU model", model, capabilities.cpuModels());
    }
  }

  private void checkRoom(DomainDefinition definition, MachineType type) {
    int room = PciSlots.room(type.name(), definition.devices().peripherals().portsToSpare());
    int devices = pciDevices(definition);
    if (devices > room) {
      problems.add(
          Problem.at(
              "machine",
              String.format(
                  "machine type '%s' has room for %d PCI devices, and this definition has %d: use"
                      + " 'q35', or fewer disks",
                  definition.compute().machineType(), room, devices)));
    }
  }

  private static int pciDevices(DomainDefinition definition) {
    List<Disk> disks = definition.disks();
    long virtio = disks.stream().filter(disk -> bus(disk) == Bus.VIRTIO_BLK).count();
    long controllers =
        disks.stream()
            .map(Disk::attachment)
            .filter(disk -> disk.bus() != Bus.VIRTIO_BLK)
            .map(disk -> disk.bus() + disk.iothread().orElse(""))
            .distinct()
            .count();
    Devices devices = definition.devices();
    long small =
        Stream.of(devices.rng(), devices.balloon())
            .filter(device -> device == Presence.PRESENT)
            .count();
    Peripherals peripherals = devices.peripherals();
    boolean isSerial =
        devices.guestAgent() == Presence.PRESENT || !peripherals.ports().channels().isEmpty();
    int serial = isSerial ? 1 : 0;
    long asked =
        Stream.of(peripherals.usb(), peripherals.watchdog(), peripherals.vsockCid())
            .filter(Optional::isPresent)
            .count();
    int panic = peripherals.panic() == PanicDevice.PCI ? 1 : 0;
    Compute compute = definition.compute();
    int memory = compute.roomForMemory().bytes() > 0 && !compute.growsByDimms() ? 1 : 0;
    int many =
        definition.nics().size()
            + peripherals.shares().size()
            + peripherals.ports().pciSerials().size();
    return Math.toIntExact(virtio + controllers + many + small + serial + asked + panic + memory);
  }

  private static Bus bus(Disk disk) {
    return disk.attachment().bus();
  }

  private void report(String path, String what, String name, Collection<String> known) {
    String remedy =
        NearestWord.to(name, known)
            .map(nearest -> "did you mean '" + nearest + "'?")
            .orElse("'qemu-system-x86_64 -" + path + " help' lists what there is");
    problems.add(
        Problem.at(
            path,
            String.format(
                "QEMU %s has no %s '%s': %s", capabilities.version(), what, name, remedy)));
  }

  private Collection<String> machineNames() {
    TreeSet<String> names = new TreeSet<>();
    for (MachineType type : capabilities.machines()) {
      if (PciSlots.serves(type.name())) {
        names.add(type.name());
        names.add(type.alias());
      }
    }
    names.remove("");
    return names;
  }
}
