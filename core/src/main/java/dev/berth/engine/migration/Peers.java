package dev.berth.engine.migration;

import dev.berth.error.UnsupportedException;
import dev.berth.host.VmHost;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.tls.TlsFiles;
import java.net.URI;
import java.nio.file.Path;

/** The hosts that machines are moved to. */
@FunctionalInterface
public interface Peers {

  /** One of them; whoever has it closes it, and may ask it again after it was lost. */
  interface Peer extends AutoCloseable {
    TargetHost target();

    /**
     * Where a QEMU here reaches the stream that the host names; it connects by the rights that it
     * has here.
     *
     * @throws dev.berth.error.HostFailureException when that is nothing of that host's
     */
    StreamAddress reach(StreamAddress named);

    @Override
    void close();
  }

  /**
   * The host there.
   *
   * @throws dev.berth.error.HostUnreachableException when nobody answers
   * @throws dev.berth.error.AccessDeniedException when it does not talk to this host
   * @throws dev.berth.error.InvalidRequestException when it is no address of a host
   */
  Peer connect(URI address);

  /** Whether a host of that address is on another machine, as far as is known. */
  static boolean isElsewhere(URI address) {
    return "tls".equals(address.getScheme());
  }

  /**
   * Those that answer on control sockets, and over TLS.
   *
   * @param files what this host shows and believes
   */
  static Peers showing(TlsFiles files) {
    return address -> isElsewhere(address) ? overTls(address, files) : byControlSocket(address);
  }

  private static Peer overTls(URI address, TlsFiles files) {
    TlsPeer.requirePlain(address);
    VmHost host = VmHost.connect(address, files);
    return new TlsPeer(address, host, takes(address, host));
  }

  private static Peer byControlSocket(URI address) {
    VmHost host = VmHost.connect(address);
    TakesMachines takes = takes(address, host);
    return new Peer() {
      @Override
      public TargetHost target() {
        return takes.targetHost();
      }

      @Override
      public StreamAddress reach(StreamAddress named) {
        StreamSocket.requireOwnerOf(Path.of(address.getPath()), named);
        return named;
      }

      @Override
      public void close() {
        host.close();
      }
    };
  }

  private static TakesMachines takes(URI address, VmHost host) {
    if (host instanceof TakesMachines takes) {
      return takes;
    }
    host.close();
    throw new UnsupportedException("The host at " + address + " takes no machines.");
  }
}
