package dev.berth.definition;

import java.util.ArrayList;
import java.util.List;

/**
 * What a machine has of ports with names of their own, which can come and go.
 *
 * @param channels virtio-serial ports, by the names that the guest sees
 * @param pciSerials serial ports on PCI
 */
public record NamedPorts(List<String> channels, List<String> pciSerials) {

  /** None. */
  public static final NamedPorts NONE = new NamedPorts(List.of(), List.of());

  /** Copies the lists. */
  public NamedPorts {
    channels = List.copyOf(channels);
    pciSerials = List.copyOf(pciSerials);
  }

  NamedPorts withChannel(String name) {
    return new NamedPorts(with(channels, name), pciSerials);
  }

  NamedPorts withoutChannel(String name) {
    return new NamedPorts(without(channels, name), pciSerials);
  }

  NamedPorts withPciSerial(String name) {
    return new NamedPorts(channels, with(pciSerials, name));
  }

  NamedPorts withoutPciSerial(String name) {
    return new NamedPorts(channels, without(pciSerials, name));
  }

  private static List<String> with(List<String> names, String name) {
    List<String> more = new ArrayList<>(names);
    more.add(name);
    return more;
  }

  private static List<String> without(List<String> names, String name) {
    return names.stream().filter(other -> !other.equals(name)).toList();
  }
}
