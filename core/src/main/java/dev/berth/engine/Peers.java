package dev.berth.engine;

import dev.berth.error.UnsupportedException;
import dev.berth.host.VmHost;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import java.net.URI;
import java.nio.file.Path;

/** The hosts that machines are moved to. */
@FunctionalInterface
interface Peers {

  /** One of them; whoever has it closes it, and may ask it again after it was lost. */
  interface Peer extends AutoCloseable {
    TargetHost target();

    /**
     * Sees that this is of that host, before a QEMU connects to it by the rights that it has here.
     *
     * @throws dev.berth.error.HostFailureException when it is not
     */
    void requireItsOwn(StreamAddress stream);

    @Override
    void close();
  }

  /**
   * The host there.
   *
   * @throws dev.berth.error.HostUnreachableException when nobody answers
   * @throws dev.berth.error.InvalidRequestException when it is no address of a host
   * @throws UnsupportedException when it is on another machine
   */
  Peer connect(URI address);

  /** Those that answer on control sockets. */
  static Peers byControlSocket() {
    return address -> {
      if ("tls".equals(address.getScheme())) { // where QEMU cannot send by a UNIX socket
        throw new UnsupportedException(
            "Machines change hosts on one machine only: give the other host's control socket, such"
                + " as unix:///run/berth/control.sock.");
      }
      VmHost host = VmHost.connect(address);
      if (!(host instanceof TakesMachines takes)) {
        host.close();
        throw new UnsupportedException("The host at " + address + " takes no machines.");
      }
      return new Peer() {
        @Override
        public TargetHost target() {
          return takes.targetHost();
        }

        @Override
        public void requireItsOwn(StreamAddress stream) {
          StreamSocket.requireOwnerOf(Path.of(address.getPath()), stream);
        }

        @Override
        public void close() {
          host.close();
        }
      };
    };
  }
}
