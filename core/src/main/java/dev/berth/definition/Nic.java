package dev.berth.definition;

import dev.berth.definition.Network.PortForward;
import dev.berth.domain.LinkState;
import dev.berth.domain.ResourceNames;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A virtio network interface.
 *
 * @param name unique in the domain; also the stem of its netdev and device ids
 * @param network what it is connected to
 * @param mac its MAC address, six pairs of lower-case hexadecimal digits; empty for one that is
 *     made from the domain's UUID and the name
 * @param bootOrder its place in the boot order, from 1; empty when it is not booted from
 * @param link whether the guest sees a cable
 * @param vhost whether the kernel carries its packets; means nothing on a user-mode network
 */
public record Nic(
    String name,
    Network network,
    Optional<String> mac,
    Optional<Integer> bootOrder,
    LinkState link,
    VhostChoice vhost)
    implements Pluggable {

  /** An interface with a cable in it, served by the kernel where that can. */
  public Nic(String name, Network network, Optional<String> mac, Optional<Integer> bootOrder) {
    this(name, network, mac, bootOrder, LinkState.UP, VhostChoice.AUTO);
  }

  /** An interface on QEMU's user-mode network. */
  public Nic(String name, List<PortForward> forwards) {
    this(name, new Network.User(forwards), Optional.empty(), Optional.empty());
  }

  @Override
  public DeviceKind kind() {
    return DeviceKind.NIC;
  }

  @Override
  public ResourceNames resources() {
    return new ResourceNames(
        network instanceof Network.OpenTap tap ? Set.of(tap.descriptor()) : Set.of(), Set.of());
  }

  @Override
  public DomainDefinition addedTo(DomainDefinition definition) {
    return definition.with(this);
  }

  /** The same interface with its link in that state. */
  public Nic linked(LinkState other) {
    return new Nic(name, network, mac, bootOrder, other, vhost);
  }

  /** The same interface with its packets carried so. */
  public Nic served(VhostChoice other) {
    return new Nic(name, network, mac, bootOrder, link, other);
  }

  /** Whether QEMU is given a tap device for it. */
  public boolean isOnTap() {
    return !(network instanceof Network.User);
  }

  /** Host ports that reach the guest; only a user-mode network has any. */
  public List<PortForward> forwards() {
    return network instanceof Network.User user ? user.forwards() : List.of();
  }
}
