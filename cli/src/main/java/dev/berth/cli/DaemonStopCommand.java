package dev.berth.cli;

import dev.berth.control.RemoteHost;
import dev.berth.error.DeadlineExceededException;
import dev.berth.host.HostInfo;
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
    try (RemoteHost host = RemoteHost.connect(session.address().uri())) {
      info = host.info();
      host.stopDaemon();
    }
    awaitEnd(info.pid());
    session
        .output()
        .result(
            () -> Json.object().put("effect", "stopped").put("pid", info.pid()),
            () ->
                "daemon stopped, pid " + info.pid() + "; machines that go on: " + info.machines());
    return ExitCodes.OK;
  }

  /** Looks often: the JDK notices the end of a process that is not its child only after seconds. */
  private void awaitEnd(long pid) throws InterruptedException {
    long end = System.nanoTime() + timeout.value().toNanos();
    Optional<ProcessHandle> daemon = ProcessHandle.of(pid);
    while (daemon.isPresent() && daemon.get().isAlive()) {
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
}
