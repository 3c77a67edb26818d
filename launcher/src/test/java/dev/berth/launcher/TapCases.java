package dev.berth.launcher;

import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Network;
import dev.berth.definition.Nic;
import dev.berth.definition.VhostChoice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Definitions of machines on taps, for golden files, on a host whose kernel has vhost-net. */
final class TapCases {
  static final VhostNet VHOST = new VhostNet(VhostNet.DEVICE, Optional.empty());

  private TapCases() {}

  static Map<String, DomainDefinition> all() {
    Map<String, DomainDefinition> cases = new LinkedHashMap<>();
    cases.put("nic-tap", on(VhostChoice.AUTO));
    cases.put("nic-tap-vhost-off", on(VhostChoice.OFF));
    cases.put("nic-tap-vhost-on", on(VhostChoice.ON));
    return cases;
  }

  private static DomainDefinition on(VhostChoice vhost) {
    return Definitions.withNics(Definitions.bare(), nic(vhost));
  }

  /** An interface on a tap. */
  static Nic nic(VhostChoice vhost) {
    return new Nic(
            "lan", new Network.Tap("tap0"), Optional.of("52:54:00:12:34:56"), Optional.empty())
        .served(vhost);
  }
}
