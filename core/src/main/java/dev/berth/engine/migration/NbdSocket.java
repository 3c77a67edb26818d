package dev.berth.engine.migration;

import dev.berth.engine.backup.NbdServer;
import dev.berth.machine.Machine;
import dev.berth.migration.StreamAddress;

/** The NBD server of a QEMU to which images come from the same machine: on its own socket. */
public final class NbdSocket implements ComingServer {
  private final NbdServer server;
  private final StreamAddress address;

  public NbdSocket(Machine machine) {
    this.server = new NbdServer(machine);
    this.address = new StreamAddress.Socket(NbdServer.socket(machine.launch()));
  }

  @Override
  public StreamAddress start() throws InterruptedException {
    server.start();
    return address;
  }

  @Override
  public void stop() throws InterruptedException {
    server.stop();
  }
}
