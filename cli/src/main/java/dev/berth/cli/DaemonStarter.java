package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.config.HomeLayout;
import dev.berth.host.VmHost;
import java.io.IOException;

/** Starts a daemon where there is none. */
@FunctionalInterface
interface DaemonStarter {

  /**
   * Starts the daemon of a home, tells people so, waits until it answers, and connects.
   *
   * @throws dev.berth.error.HostFailureException when it ends or does not answer in time
   */
  VmHost start(HomeLayout layout, HostConnector connector, Output output)
      throws IOException, InterruptedException;
}
