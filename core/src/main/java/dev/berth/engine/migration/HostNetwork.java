package dev.berth.engine.migration;

import dev.berth.machine.IncomingStream;
import dev.berth.machine.StreamKey;
import dev.berth.migration.StreamAddress;
import dev.berth.tls.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How a host reaches others, and how their machines reach it.
 *
 * @param tls what it shows and believes
 * @param listensAt the address at which it serves clients elsewhere, and takes in machines unless
 *     the streams have one of their own
 * @param streams where machines come in
 */
public record HostNetwork(TlsFiles tls, String listensAt, MigrationNetwork streams) {

  /** That of a host that serves its own machine. */
  public static HostNetwork local() {
    return new HostNetwork(
        TlsFiles.in(Path.of("/etc/berth/tls")),
        StreamAddress.Port.ANY_ADDRESS,
        MigrationNetwork.USUAL);
  }

  /** How a machine comes in that is encrypted by that key. */
  public IncomingStream encrypted(StreamKey key) {
    return new IncomingStream.Encrypted(key, address(), streams.firstPort(), streams.lastPort());
  }

  /** At which address machines come in. */
  String address() {
    return streams.address().isEmpty() ? listensAt : streams.address();
  }

  /** Ports for what comes in that nobody listens on now, the lowest first, and so many at most. */
  public List<Integer> freePorts(int most) {
    return IntStream.rangeClosed(streams.firstPort(), streams.lastPort())
        .filter(this::isFree)
        .limit(most)
        .boxed()
        .toList();
  }

  /** Why so many cannot come in now, if they cannot. */
  public Optional<String> lacking(int ports) {
    return freePorts(ports).size() < ports ? Optional.of(noPorts()) : Optional.empty();
  }

  private boolean isFree(int port) {
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName(address()))) {
      return taken.isBound();
    } catch (IOException inUse) { // or the address is not this host's
      return false;
    }
  }

  /** What is said when there are too few of them. */
  public String noPorts() {
    return "too few of its ports "
        + streams.firstPort()
        + " to "
        + streams.lastPort()
        + " can be listened on at "
        + address()
        + ". Look at this host's settings 'migration-address' and 'migration-ports'";
  }

  /** By which address the other host is told to reach such a machine. */
  public StreamAddress told(int port) {
    String address =
        streams.address().isEmpty() ? StreamAddress.Port.ANY_ADDRESS : streams.address();
    return new StreamAddress.Port(address, port);
  }
}
