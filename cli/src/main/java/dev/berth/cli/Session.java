package dev.berth.cli;

import dev.berth.cli.output.DomainPage;
import dev.berth.cli.output.DomainTable;
import dev.berth.cli.output.Output;
import dev.berth.config.HomeLayout;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a command works with: the host it was told to talk to, connected to at the first use, and
 * the output. Used by one thread; closing it closes the connection.
 */
final class Session implements AutoCloseable {
  private final Environment environment;
  private final GlobalOptions options;
  private final Reach reach;
  private final Output output;
  private @Nullable VmHost host;

  /**
   * How hosts are reached.
   *
   * @param connector to a host that is there
   * @param starter of one that is not
   */
  record Reach(HostConnector connector, DaemonStarter starter) {}

  Session(Environment environment, GlobalOptions options, Reach reach, Output output) {
    this.environment = environment;
    this.options = options;
    this.reach = reach;
    this.output = output;
  }

  Environment environment() {
    return environment;
  }

  Output output() {
    return output;
  }

  /** A table of domains with ages as of now. */
  DomainTable table() {
    return new DomainTable(environment.clock().instant(), output.colour());
  }

  /** A page on a domain with ages as of now. */
  DomainPage page() {
    return new DomainPage(environment.clock().instant(), output.colour());
  }

  /** The home that the command line gives. */
  Optional<Path> home() {
    return options.home().map(environment.workingDirectory()::resolve);
  }

  /** Which host this is about. */
  HostAddress address() {
    return HostAddress.choose(options.connect(), options.home(), environment);
  }

  /**
   * The host that answers now.
   *
   * @throws HostUnreachableException when none does
   */
  VmHost presentHost() {
    if (host == null) {
      host = reach.connector().connect(address().uri());
    }
    return host;
  }

  /**
   * The host. A daemon of this machine that has died is started again: its socket is still there,
   * and nobody listens. One that was stopped has taken its socket away, and stays stopped.
   *
   * @throws HostUnreachableException when none answers
   */
  VmHost host() throws IOException, InterruptedException {
    return hostOrDaemonWhere(layout -> Files.exists(layout.controlSocket()));
  }

  /**
   * The host; when none answers and it would be this machine's, a daemon is started.
   *
   * @throws HostUnreachableException when none answers and none can be started
   */
  VmHost hostOrNewDaemon() throws IOException, InterruptedException {
    return hostOrDaemonWhere(layout -> true);
  }

  private VmHost hostOrDaemonWhere(Predicate<HomeLayout> condition)
      throws IOException, InterruptedException {
    try {
      return presentHost();
    } catch (HostUnreachableException absent) {
      Optional<HomeLayout> layout = address().layout().filter(this::isOurs).filter(condition);
      if (layout.isEmpty()) {
        throw absent;
      }
      host = reach.starter().start(layout.get(), reach.connector(), output);
      return host;
    }
  }

  private boolean isOurs(HomeLayout layout) {
    return environment.userId() == 0 || !layout.equals(HomeLayout.system());
  }

  @Override
  public void close() {
    if (host != null) {
      host.close();
    }
  }
}
