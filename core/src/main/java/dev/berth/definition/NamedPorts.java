package dev.berth.definition;

import java.util.ArrayList;
import java.util.List;

/**
 * What a machine has of ports with names of their own, which can come and go.
 *
 * @param channels virtio-serial ports, by the names that the guest sees
 */
public record NamedPorts(List<String> channels) {

  /** None. */
  public static final NamedPorts NONE = new NamedPorts(List.of());

  /** Copies the list. */
  public NamedPorts {
    channels = List.copyOf(channels);
  }

  NamedPorts withChannel(String name) {
    List<String> more = new ArrayList<>(channels);
    more.add(name);
    return new NamedPorts(more);
  }

  NamedPorts withoutChannel(String name) {
    return new NamedPorts(channels.stream().filter(other -> !other.equals(name)).toList());
  }
}
