package dev.berth.definition;

import dev.berth.definition.Network.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The host's ports that one definition listens on. */
final class HostPorts {
  private static final String EVERY_ADDRESS = "0.0.0.0";

  private final List<Listener> listeners = new ArrayList<>();

  /** Takes a port; returns the path of the forward that it collides with, if any. */
  Optional<String> take(Protocol protocol, String address, int port, String path) {
    Listener wanted = new Listener(protocol, address, port, path);
    Optional<String> earlier =
        listeners.stream().filter(wanted::collidesWith).map(Listener::path).findFirst();
    listeners.add(wanted);
    return earlier;
  }

  private record Listener(Protocol protocol, String address, int port, String path) {
    boolean collidesWith(Listener other) {
      return protocol == other.protocol
          && port == other.port
          && (address.equals(other.address)
              || address.equals(EVERY_ADDRESS)
              || other.address.equals(EVERY_ADDRESS));
    }
  }
}
