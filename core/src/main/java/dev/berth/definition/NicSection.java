package dev.berth.definition;

import dev.berth.definition.Nic.PortForward;
import java.util.List;

/** The keys of an item of {@code nics}. */
final class NicSection {
  private static final Key<Nic, String> NAME =
      Key.required(
          "name",
          DeviceNames.TYPE,
          "name: net0",
          Nic::name,
          "Unique among the domain's network interfaces.");

  private static final Key<Nic, String> NETWORK =
      Key.defaulted(
          "network",
          ChoiceType.only("user"),
          "user",
          nic -> "user",
          "QEMU's own network: DHCP, DNS and outgoing connections, without privileges.");

  private static final Key<Nic, List<PortForward>> FORWARDS =
      Key.defaulted(
          "forwards",
          new ListType<>("port forwards", ForwardSection.SECTION, 256),
          List.of(),
          Nic::forwards,
          "Ports of the host that reach a port of the guest.");

  static final Section<Nic> SECTION =
      new Section<>(
          "a network interface",
          List.of(NAME, NETWORK, FORWARDS),
          (values, place) -> DeviceNames.check("nic", NAME, values, place),
          values -> new Nic(values.of(NAME), values.of(FORWARDS)),
          schema -> {});

  private NicSection() {}
}
