package dev.berth.cli;

import dev.berth.control.RemoteHost;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.HostInfo;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** {@code vmctl daemon stop}. */
final class DaemonStopCommand implements Command {
  private static final long POLL_MILLIS = 10;

  private final Parameter<Duration> timeout;

  DaemonStopCommand(Parameters parameters) {
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "60s",
            "How long to wait until the daemon is gone.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    HostInfo info;
    try (RemoteHost host = connect(session.address())) {
      info = host.info();
      host.stopDaemon();
    }
    awaitEnd(info.pid(), session.address());
    session
        .output()
        .result(
            () -> Json.object().put("effect", "stopped").put("pid", info.pid()),
            () ->
                "daemon stopped, pid " + info.pid() + "; machines that go on: " + info.machines());
    return ExitCodes.OK;
  }

  /** Looks often: the JDK notices the end of a process that is not its child only after seconds. */
  private void awaitEnd(long pid, HostAddress address) throws InterruptedException {
    long end = System.nanoTime() + timeout.value().toNanos();
    Optional<ProcessHandle> daemon = ProcessHandle.of(pid);
    while (address.isElsewhere()
        ? answers(address)
        : daemon.filter(ProcessHandle::isAlive).isPresent()) {
      if (System.nanoTime() - end >= 0) {
        throw new DeadlineExceededException(
            "The daemon, pid "
                + pid
                + ", was asked to stop and is still there after "
                + timeout.value().toSeconds()
                + " s. Wait longer with --timeout, or see its log.");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private static RemoteHost connect(HostAddress address) {
    return (RemoteHost) VmHost.connect(address.uri());
  }

  /** What is seen of a daemon on another machine. */
  private static boolean answers(HostAddress address) {
    try {
      connect(address).close();
      return true;
    } catch (BusyException closing) {
      return true;
    } catch (HostUnreachableException gone) {
      return false;
    }
  }
}
