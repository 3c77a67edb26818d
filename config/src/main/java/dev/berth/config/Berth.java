package dev.berth.config;

import dev.berth.api.Api;
import dev.berth.control.ControlServer;
import dev.berth.host.VmHost;

/** Opens hosts in this JVM. */
@Api(since = "0.1")
public final class Berth {
  private Berth() {}

  /**
   * Opens a host: recovers its store, adopts its running machines, and returns when every domain
   * has a published state. Machines that have not answered yet are {@code adopting}; a hung one
   * delays nobody.
   *
   * <p>With {@link HostSettings#control} it serves a control socket as a daemon does; {@code vmctl
   * daemon stop} is refused there, for the host ends with its program. With {@link
   * HostSettings#listen} it serves clients on other machines over TLS.
   *
   * <p>Closing the host stops no guest. It ends every thread that this call has started.
   *
   * @throws dev.berth.error.BusyException when another process, or another host in this one, owns
   *     the store
   * @throws dev.berth.error.StorageFailureException when the store cannot be opened or rebuilt
   * @throws dev.berth.error.HostFailureException when a directory cannot be made or used, the
   *     control socket not be served, or the files or the address of TLS not be used
   */
  public static VmHost open(HostSettings settings) {
    OpenHost host = OpenHost.open(settings);
    settings
        .control()
        .ifPresent(socket -> host.serve(socket, settings.access(), ControlServer.NOT_STOPPABLE));
    settings.listen().ifPresent(place -> host.listen(place, ControlServer.NOT_STOPPABLE));
    return host.engine().ownedBy("api", host::close);
  }
}
