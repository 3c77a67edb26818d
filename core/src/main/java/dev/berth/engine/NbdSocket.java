package dev.berth.engine;

import dev.berth.machine.Machine;
import dev.berth.migration.StreamAddress;

/** The NBD server of a QEMU to which images come from the same machine: on its own socket. */
final class NbdSocket implements ComingServer {
  private final NbdServer server;
  private final StreamAddress address;

  NbdSocket(Machine machine) {
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
