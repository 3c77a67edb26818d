package dev.berth.launcher;

import dev.berth.definition.Network.PortForward;
import dev.berth.definition.Nic;
import dev.berth.error.Problem;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tries whether the host's ports that a definition forwards can be listened on now. Stateless. */
final class PortChecks {
  private PortChecks() {}

  /** Adds a problem for each forward that would fail. */
  static void check(List<Nic> nics, List<Problem> problems) {
    for (int i = 0; i < nics.size(); i++) {
      List<PortForward> forwards = nics.get(i).forwards();
      for (int j = 0; j < forwards.size(); j++) {
        String path = "nics[" + i + "].forwards[" + j + "].host-port";
        obstacle(forwards.get(j)).ifPresent(why -> problems.add(Problem.at(path, why)));
      }
    }
  }

  /** Why it cannot be listened on now, with the remedy; empty when it can. */
  static Optional<String> obstacle(PortForward forward) {
    InetSocketAddress address = new InetSocketAddress(forward.hostAddress(), forward.hostPort());
    String port =
        forward.protocol().name().toLowerCase(Locale.ROOT) + " port " + forward.hostPort();
    try {
      bind(forward, address);
      return Optional.empty();
    } catch (BindException refused) {
      String why = String.valueOf(refused.getMessage());
      return Optional.of(
          why.contains("in use")
              ? port + " is taken on this host: choose another, or stop who listens on it"
              : port + " of " + forward.hostAddress() + " cannot be listened on: " + why);
    } catch (IOException failure) {
      return Optional.of(port + " cannot be listened on: " + failure.getMessage());
    }
  }

  private static void bind(PortForward forward, InetSocketAddress address) throws IOException {
    switch (forward.protocol()) {
      case TCP -> {
        try (ServerSocket socket = new ServerSocket()) {
          socket.setReuseAddress(
              true); // as QEMU does: connections of the last machine do not count
          socket.bind(address);
        }
      }
      case UDP -> new DatagramSocket(address).close();
    }
  }
}
