package dev.berth.launcher;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Boot;
import dev.berth.definition.Compute;
import dev.berth.definition.Devices;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Disk;
import dev.berth.definition.DiskAttachment;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Nic;
import dev.berth.definition.Peripherals;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.testing.TestGuest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Definitions for tests: a small machine, and the same with one thing changed. */
final class Definitions {
  private Definitions() {}

  /** A machine without any device that could be left out. */
  static DomainDefinition bare() {
    return new DomainDefinition(
        new DomainName("web-1"),
        Optional.of(LauncherFixture.DOMAIN),
        Map.of(),
        new Compute(1, ByteSize.mebibytes(64), "q35", Optional.empty(), AcceleratorChoice.TCG),
        new Boot.Firmware(),
        List.of(),
        List.of(),
        new Devices(ByteSize.mebibytes(1), Presence.ABSENT, Presence.ABSENT, Presence.ABSENT));
  }

  /** The example guest, running those console commands. */
  static DomainDefinition guest(String... running) {
    TestGuest guest = TestGuest.locate();
    DomainDefinition bare = bare();
    return withBoot(
        withCompute(
            bare,
            new Compute(
                1, ByteSize.mebibytes(256), "q35", Optional.empty(), AcceleratorChoice.TCG)),
        new Boot.Kernel(
            guest.kernel(),
            Optional.of(guest.initrd()),
            TestGuest.cmdline(TestGuest.running(running))));
  }

  static DomainDefinition withCompute(DomainDefinition base, Compute compute) {
    return new DomainDefinition(
        base.name(),
        base.uuid(),
        base.labels(),
        compute,
        base.boot(),
        base.disks(),
        base.nics(),
        base.devices());
  }

  static DomainDefinition withBoot(DomainDefinition base, Boot boot) {
    return new DomainDefinition(
        base.name(),
        base.uuid(),
        base.labels(),
        base.compute(),
        boot,
        base.disks(),
        base.nics(),
        base.devices());
  }

  static DomainDefinition withDisks(DomainDefinition base, Disk... disks) {
    return new DomainDefinition(
        base.name(),
        base.uuid(),
        base.labels(),
        base.compute(),
        base.boot(),
        List.of(disks),
        base.nics(),
        base.devices());
  }

  static DomainDefinition withNics(DomainDefinition base, Nic... nics) {
    return new DomainDefinition(
        base.name(),
        base.uuid(),
        base.labels(),
        base.compute(),
        base.boot(),
        base.disks(),
        List.of(nics),
        base.devices());
  }

  static DomainDefinition withDevices(DomainDefinition base, Devices devices) {
    return new DomainDefinition(
        base.name(),
        base.uuid(),
        base.labels(),
        base.compute(),
        base.boot(),
        base.disks(),
        base.nics(),
        devices);
  }

  static DomainDefinition withPeripherals(DomainDefinition base, Peripherals peripherals) {
    Devices devices = base.devices();
    return withDevices(
        base,
        new Devices(
            devices.consoleLogLimit(),
            devices.rng(),
            devices.balloon(),
            devices.guestAgent(),
            peripherals));
  }

  /** Every small device. */
  static Devices allDevices() {
    return new Devices(ByteSize.mebibytes(1), Presence.PRESENT, Presence.PRESENT, Presence.PRESENT);
  }

  static Disk disk(String name, Disk.DiskFormat format, Path file, Disk.Access access) {
    return new Disk(name, Disk.DiskDevice.DISK, format, Optional.of(file), access);
  }

  static Disk attached(Disk disk, DiskAttachment attachment) {
    return disk.attachedBy(attachment);
  }

  /** The same disk on that bus, else attached as usual. */
  static Disk on(Bus bus, Disk disk) {
    DiskAttachment usual = disk.attachment();
    return attached(
        disk,
        new DiskAttachment(bus, usual.cache(), usual.discard(), usual.serial(), usual.bootOrder()));
  }

  /** The same disk with that place in the boot order. */
  static Disk booting(int order, Disk disk) {
    DiskAttachment usual = disk.attachment();
    return attached(
        disk,
        new DiskAttachment(
            usual.bus(), usual.cache(), usual.discard(), usual.serial(), Optional.of(order)));
  }
}
