package dev.berth.launcher;

import dev.berth.definition.Devices;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.NamedPorts;
import dev.berth.definition.Peripherals;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Definitions with ports that have names, for the golden plans. */
final class PortCases {
  private PortCases() {}

  static Map<String, DomainDefinition> all() {
    Map<String, DomainDefinition> cases = new LinkedHashMap<>();
    cases.put("channels-beside-the-agent", channels(Presence.PRESENT));
    cases.put("channels-without-agent", channels(Presence.ABSENT));
    cases.put(
        "pci-serials", with(Presence.ABSENT, new NamedPorts(List.of(), List.of("debug", "gps"))));
    return cases;
  }

  private static DomainDefinition channels(Presence agent) {
    return with(agent, new NamedPorts(List.of("org.example.chan.0", "log"), List.of()));
  }

  private static DomainDefinition with(Presence agent, NamedPorts ports) {
    DomainDefinition bare = Definitions.bare();
    Devices devices = bare.devices();
    Peripherals usual = devices.peripherals();
    return new DomainDefinition(
        bare.name(),
        bare.uuid(),
        bare.labels(),
        bare.compute(),
        bare.boot(),
        bare.disks(),
        bare.nics(),
        new Devices(
            devices.consoleLogLimit(),
            devices.rng(),
            devices.balloon(),
            agent,
            new Peripherals(
                usual.video(),
                usual.usb(),
                usual.watchdog(),
                usual.panic(),
                usual.vsockCid(),
                usual.consoles(),
                usual.shares(),
                usual.sparePorts(),
                usual.vnc(),
                ports)));
  }
}
