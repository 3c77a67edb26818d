package dev.berth.engine.migration;

import dev.berth.engine.migration.Peers.Peer;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.VmHost;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.StreamAddress.Port;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;

/**
 * A host on another machine, reached over TLS. Whoever takes the state in has to have its key,
 * which is told to that host alone; so the address may be any of its own, such as one of a network
 * for migrations.
 */
public record TlsPeer(URI address, VmHost host, TakesMachines takes) implements Peer {
  /** Below it are other programs' well-known ports. */
  private static final int LOWEST_PORT = 1024;

  /** As numbers: a name would be looked up here. */
  private static final String NUMBERS = "[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*";

  /**
   * Refuses an address that names files.
   *
   * @throws InvalidRequestException when it does: a host shows its own certificate
   */
  static void requirePlain(URI address) {
    if (address.getRawQuery() != null) {
      throw new InvalidRequestException(
          "'"
              + address.getScheme()
              + "://"
              + address.getRawAuthority()
              + "' takes no '?' behind it here: a host shows its own certificate, which its setting"
              + " 'tls-certificate' names.");
    }
  }

  @Override
  public TargetHost target() {
    return takes.targetHost();
  }

  @Override
  public StreamAddress reach(StreamAddress named) {
    if (!(named instanceof Port port)) {
      throw refused(named, "which is on its own machine alone");
    }
    if (port.port() < LOWEST_PORT) {
      throw refused(named, "which is a port of another kind of program");
    }
    if (port.isAtAnyAddress()) {
      String asked = address.getHost();
      boolean brackets = asked.startsWith("[");
      return new Port(brackets ? asked.substring(1, asked.length() - 1) : asked, port.port());
    }
    if (!port.host().matches(NUMBERS) || !isElsewhere(port.host())) {
      throw refused(named, "which is no address of another machine");
    }
    return port;
  }

  private static boolean isElsewhere(String numbers) {
    try {
      InetAddress address = InetAddress.getByName(numbers);
      return NetworkInterface.getByInetAddress(address) == null
          && !address.isLoopbackAddress()
          && !address.isLinkLocalAddress()
          && !address.isMulticastAddress()
          && !address.isAnyLocalAddress();
    } catch (UnknownHostException | SocketException noAddress) {
      return false;
    }
  }

  private HostFailureException refused(StreamAddress named, String why) {
    return new HostFailureException(
        "The host at "
            + address
            + " names '"
            + named.text()
            + "' to send the state to, "
            + why
            + ". Look at its setting 'migration-address'. Nothing was sent.");
  }

  @Override
  public void close() {
    host.close();
  }
}
