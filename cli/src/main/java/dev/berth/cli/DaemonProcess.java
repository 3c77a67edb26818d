package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.config.HomeLayout;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.VmHost;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Starts {@code vmctl daemon run} as a process that outlives this one and its terminal. */
final class DaemonProcess implements DaemonStarter {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 20;

  @Override
  public VmHost start(HomeLayout layout, HostConnector connector, Output output)
      throws IOException, InterruptedException {
    DaemonLog log = DaemonLog.of(layout);
    output.note(
        "no daemon answers at "
            + layout.controlSocket()
            + "; starting one (log: "
            + log.file()
            + ")");
    Process process = start(layout, log.file());
    VmHost host = awaitAnswer(process, layout, connector, log);
    output.note("the daemon answers, pid " + host.info().pid());
    return host;
  }

  private static Process start(HomeLayout layout, Path log) throws IOException {
    return new ProcessBuilder(DaemonCommandLine.of(layout))
        .directory(new File("/"))
        .redirectInput(new File("/dev/null"))
        .redirectOutput(Redirect.appendTo(log.toFile()))
        .redirectErrorStream(true)
        .start();
  }

  /** A daemon that ends may have found another one that was started at the same time. */
  private static VmHost awaitAnswer(
      Process process, HomeLayout layout, HostConnector connector, DaemonLog log)
      throws IOException, InterruptedException {
    URI address = HostAddress.uri(layout.controlSocket());
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - end < 0) {
      boolean hasEnded = !process.isAlive();
      try {
        return connector.connect(address);
      } catch (HostUnreachableException notYet) {
        if (hasEnded) {
          throw new HostFailureException(
              "The daemon ended with exit code "
                  + process.exitValue()
                  + " before it answered at "
                  + layout.controlSocket()
                  + ". It said:\n"
                  + log.added(),
              notYet);
        }
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw new DeadlineExceededException(
        "The daemon, pid "
            + process.pid()
            + ", has not answered at "
            + layout.controlSocket()
            + " within "
            + PATIENCE.toSeconds()
            + " s and is left running. See "
            + log.file()
            + ", then try again.");
  }
}
