package dev.berth.launcher;

import dev.berth.definition.Disk.Access;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.MemoryBacking.Kind;
import dev.berth.definition.Peripherals;
import dev.berth.definition.Share;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Machines with shares, for golden files. */
final class ShareCases {
  static final Virtiofsd IN_C =
      new Virtiofsd(Path.of("/usr/lib/qemu/virtiofsd"), "virtiofsd version 7.2.22", true, false);
  static final Virtiofsd IN_RUST =
      new Virtiofsd(Path.of("/usr/libexec/virtiofsd"), "virtiofsd 1.13.2", false, true);
  static final SharePlanner.Server SERVER = new SharePlanner.Server(IN_C, "namespace");

  private ShareCases() {}

  static Map<String, DomainDefinition> all() {
    Map<String, DomainDefinition> cases = new LinkedHashMap<>();
    cases.put(
        "shares",
        with(
            Definitions.bare(),
            share("data", Path.of("/srv/a,b")),
            new Share("other", Path.of("/srv/other"), "somewhere", Access.READ_WRITE)));
    cases.put(
        "share-of-memory-in-directory",
        with(
            Definitions.withCompute(
                Definitions.bare(),
                ComputeCases.compute(
                    ComputeCases.backing(Kind.FILE, Optional.of(Path.of("/mnt/memory"))))),
            share("data", Path.of("/srv/data"))));
    return cases;
  }

  static Share share(String name, Path source) {
    return new Share(name, source, name, Access.READ_WRITE);
  }

  static DomainDefinition with(DomainDefinition base, Share... shares) {
    Peripherals usual = base.devices().peripherals();
    return Definitions.withPeripherals(
        base,
        new Peripherals(
            usual.video(),
            usual.usb(),
            usual.watchdog(),
            usual.panic(),
            usual.vsockCid(),
            usual.consoles(),
            List.of(shares),
            usual.sparePorts(),
            usual.vnc(),
            usual.ports()));
  }
}
