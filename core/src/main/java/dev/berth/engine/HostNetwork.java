package dev.berth.engine;

import dev.berth.machine.IncomingStream;
import dev.berth.machine.StreamKey;
import dev.berth.migration.StreamAddress;
import dev.berth.tls.TlsFiles;
import java.nio.file.Path;

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
  IncomingStream encrypted(StreamKey key) {
    String address = streams.address().isEmpty() ? listensAt : streams.address();
    return new IncomingStream.Encrypted(key, address, streams.firstPort(), streams.lastPort());
  }

  /** By which address the other host is told to reach such a machine. */
  StreamAddress told(int port) {
    String address =
        streams.address().isEmpty() ? StreamAddress.Port.ANY_ADDRESS : streams.address();
    return new StreamAddress.Port(address, port);
  }
}
