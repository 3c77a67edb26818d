package dev.berth.engine.migration;

import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.machine.StreamCredentials;
import dev.berth.migration.StreamAddress;
import dev.berth.qapi.block.NbdServerStart;
import dev.berth.qapi.block.NbdServerStop;
import dev.berth.qapi.sockets.InetSocketAddress;
import dev.berth.qapi.sockets.SocketAddressLegacy;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import java.util.List;

/**
 * The NBD server of a QEMU to which images come from another machine: at one of the host's ports
 * for migrations, and for nobody but who has the key of that migration, which QEMU has been given.
 * QEMU takes several ports to choose from, but does not tell which it took; so one that is free is
 * named.
 *
 * <p>It is there for one migration alone, and QEMU has the port until it is stopped: also a QEMU
 * before 10.0, which waits then for whoever has connected and said nothing. So that is done while
 * the guest is still its source's, which takes it back if it has to wait for too long.
 */
public final class NbdPort implements ComingServer {
  /** Somebody may take one that was free a moment ago, though hardly several. */
  private static final int MOST_TRIES = 4;

  private final QmpConnection qmp;
  private final HostNetwork network;

  public NbdPort(QmpConnection qmp, HostNetwork network) {
    this.qmp = qmp;
    this.network = network;
  }

  @Override
  public StreamAddress start() throws InterruptedException {
    List<Integer> free = network.freePorts(MOST_TRIES);
    for (int i = 0; i < free.size(); i++) {
      try {
        listen(free.get(i));
        return network.told(free.get(i));
      } catch (QemuRefusedException refused) {
        if (i == free.size() - 1) {
          throw new HostFailureException(
              "QEMU cannot take in images at port " + free.get(i) + ": " + refused.description(),
              refused);
        }
      }
    }
    throw new HostFailureException("No image can come in here: " + network.noPorts() + ".");
  }

  private void listen(int port) throws InterruptedException {
    InetSocketAddress address =
        InetSocketAddress.builder(network.address(), Integer.toString(port)).build();
    qmp.execute(
        NbdServerStart.builder(new SocketAddressLegacy.Inet(address))
            .tlsCreds(StreamCredentials.ID)
            .build(),
        Deadline.none());
  }

  @Override
  public void stop() throws InterruptedException {
    try {
      qmp.execute(new NbdServerStop(), Deadline.none());
    } catch (QemuRefusedException notRunning) {
      return;
    }
  }
}
