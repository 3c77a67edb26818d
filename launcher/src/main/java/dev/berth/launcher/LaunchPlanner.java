package dev.berth.launcher;

import dev.berth.definition.Boot;
import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.MemoryBacking;
import dev.berth.definition.Nic;
import dev.berth.definition.Share;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.Hardware;
import dev.berth.machine.LaunchRecord.Qemu;
import dev.berth.machine.LaunchRecord.Subject;
import dev.berth.machine.MachineFiles;
import java.util.List;
import java.util.Optional;

/**
 * Turns a definition, resolved against a QEMU and this host, into a launch record. Pure: the same
 * input gives the same record.
 *
 * <p>What a bus of the running skeleton can take is assembled over QMP; the command line has the
 * rest: machine, processors, memory, root ports, console, panic device, kernel.
 */
final class LaunchPlanner {
  /** Without a limit the translation cache of a busy guest grows to a gigabyte, to no gain. */
  private static final String TRANSLATION_CACHE_MEBIBYTES = "128";

  private LaunchPlanner() {}

  /**
   * Everything a plan is made from.
   *
   * @param subject which launch
   * @param definition what is asked for
   * @param qemu what will run it
   * @param hardware what was resolved
   * @param files where its files go
   * @param images what was found out about the images of disks
   * @param firmware the UEFI firmware, if the definition wants one
   * @param vhost whether the kernel can carry packets of taps
   * @param shareServer what serves shares, if the definition has any
   */
  record Input(
      Subject subject,
      DomainDefinition definition,
      QemuInstall qemu,
      Hardware hardware,
      MachineFiles files,
      ImageFacts images,
      Optional<UefiFirmware> firmware,
      VhostNet vhost,
      Optional<SharePlanner.Server> shareServer) {

    List<Share> shares() {
      return definition.devices().peripherals().shares();
    }
  }

  /** The record that the input amounts to. */
  static LaunchRecord plan(Input input) {
    MachineDraft draft = new MachineDraft();
    PciSlots slots =
        PciSlots.of(
            input.hardware().machineType(),
            input.definition().devices().peripherals().portsToSpare());
    skeleton(draft, input);
    PeripheralPlanner peripherals =
        new PeripheralPlanner(draft, slots, input.definition().devices().peripherals());
    peripherals.onCommandLine(input.files());
    boot(draft, input.definition().boot());
    input.firmware().ifPresent(firmware -> firmware.plan(draft));
    BootIndices order = new BootIndices(input.definition());
    DevicePlanner devices = new DevicePlanner(draft, slots);
    input.definition().devices().iothreads().forEach(devices::iothread);
    DiskPlanner disks = new DiskPlanner(draft, slots, input.images());
    for (Disk disk : input.definition().disks()) {
      disks.add(disk, order.of(disk));
    }
    for (Nic nic : input.definition().nics()) {
      devices.nic(nic, input.subject().domain(), order.of(nic), input.vhost());
    }
    devices.small(input.definition().devices(), input.files());
    peripherals.assembled(input.files());
    SharePlanner shares = new SharePlanner(draft, slots);
    for (Share share : input.shares()) {
      shares.add(share, input.shareServer().orElseThrow(), input.files());
    }
    compute(input).growing(draft, slots);
    slots.complete(draft);
    return new LaunchRecord(
        input.subject(),
        new Qemu(input.qemu().binary(), input.qemu().capabilities().version()),
        input.hardware(),
        draft.argv(),
        draft.assembly(),
        draft.devices(),
        input.files(),
        draft.inherited());
  }

  private static ComputePlanner compute(Input input) {
    MemoryBacking backing = input.definition().compute().backing();
    return new ComputePlanner(
        input.definition().compute(), input.shares().isEmpty() ? backing : backing.orMappable());
  }

  private static void skeleton(MachineDraft draft, Input input) {
    Hardware hardware = input.hardware();
    MachineFiles files = input.files();
    QemuCapabilities capabilities = input.qemu().capabilities();
    draft.words(input.qemu().binary().toString(), "-S", "-no-user-config", "-nodefaults");
    draft.option(
        "-name", OptionText.of("guest", input.subject().name()).with("debug-threads", "on"));
    draft.words("-uuid", input.subject().domain().toString());
    ComputePlanner compute = compute(input);
    OptionText machine = compute.onto(machine(hardware.machineType()));
    draft.option("-machine", input.firmware().map(uefi -> uefi.onto(machine)).orElse(machine));
    draft.option("-accel", accelerator(hardware.accelerator()));
    draft.words("-cpu", hardware.cpuModel());
    compute.plan(draft);
    compute.assembled(draft, hardware);
    draft.words("-display", "none");
    sandbox(draft, capabilities);
    draft.option("-msg", OptionText.of("timestamp", "on"));
    endStates(draft, capabilities);
    monitor(draft, files);
    draft.option(
        "-chardev",
        OptionText.socket("console", files.consoleSocket())
            .with("logfile", files.consoleLog())
            .with("logappend", "on"));
    draft.option("-device", OptionText.of("isa-serial").with("chardev", "console"));
  }

  /** Devices that nobody asked for are left out: they cost the guest time and us attack surface. */
  private static OptionText machine(String type) {
    OptionText machine = OptionText.of(type).with("usb", "off").with("vmport", "off");
    return type.startsWith("pc-q35-") ? machine.with("sata", "off").with("smbus", "off") : machine;
  }

  private static OptionText accelerator(String accelerator) {
    return accelerator.equals("tcg")
        ? OptionText.of("tcg").with("tb-size", TRANSLATION_CACHE_MEBIBYTES)
        : OptionText.of(accelerator);
  }

  /** What it is proved by, and told over. */
  static void monitor(MachineDraft draft, MachineFiles files) {
    draft.words("-pidfile", files.pidFile().toString());
    draft.option("-chardev", OptionText.socket("qmp", files.qmpSocket()));
    draft.words("-qmp", "chardev:qmp");
  }

  static void sandbox(MachineDraft draft, QemuCapabilities capabilities) {
    if (capabilities.options().contains("sandbox")) {
      draft.option(
          "-sandbox",
          OptionText.of("on")
              .with("obsolete", "deny")
              .with("elevateprivileges", "deny")
              .with("spawn", "deny")
              .with("resourcecontrol", "deny"));
    }
  }

  /** A guest that ends leaves QEMU standing, so that how it ended can still be asked. */
  private static void endStates(MachineDraft draft, QemuCapabilities capabilities) {
    if (capabilities.hasActions()) {
      draft.option("-action", OptionText.of("shutdown", "pause").with("panic", "pause"));
    } else {
      draft.words("-no-shutdown");
    }
  }

  private static void boot(MachineDraft draft, Boot boot) {
    draft.option("-boot", OptionText.of("menu", "off").with("strict", "on"));
    if (boot instanceof Boot.Kernel kernel) {
      draft.words("-kernel", kernel.kernel().toString());
      kernel.initrd().ifPresent(initrd -> draft.words("-initrd", initrd.toString()));
      if (!kernel.commandLine().isEmpty()) {
        draft.words("-append", kernel.commandLine());
      }
    }
  }
}
