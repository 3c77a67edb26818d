package dev.berth.cli;

import dev.berth.host.VmHost;
import java.net.URI;

/** Opens the connection to a host. */
@FunctionalInterface
interface HostConnector {

  /**
   * Connects.
   *
   * @throws dev.berth.error.HostUnreachableException when no host answers there
   */
  VmHost connect(URI address);
}
