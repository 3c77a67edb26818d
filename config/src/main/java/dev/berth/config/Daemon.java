package dev.berth.config;

import dev.berth.control.ControlServer;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A host process: an open host that serves its control socket, until it is told to stop by {@code
 * daemon.stop}, or by SIGTERM or SIGINT where {@link #stopOnSignal} was called. Guests go on.
 */
public final class Daemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final OpenHost host;
  private final ControlServer server;
  private final CountDownLatch stop;
  private final CountDownLatch closed = new CountDownLatch(1);

  private Daemon(OpenHost host, ControlServer server, CountDownLatch stop) {
    this.host = host;
    this.server = server;
    this.stop = stop;
  }

  /**
   * Opens the host and begins to serve.
   *
   * @throws dev.berth.error.BusyException when another process owns the store
   * @throws dev.berth.error.HostFailureException when the control socket cannot be served
   */
  public static Daemon start(HostSettings settings) {
    CountDownLatch stop = new CountDownLatch(1);
    OpenHost host = OpenHost.open(settings);
    ControlServer server =
        new ControlServer(
            actor -> host.engine().as(actor), settings.layout().controlSocket(), stop::countDown);
    boolean serving = false;
    try {
      server.start();
      serving = true;
    } finally {
      if (!serving) {
        host.close();
      }
    }
    LOG.info(
        "Berth {} serves {} (home {})",
        BerthVersion.TEXT,
        settings.layout().controlSocket(),
        settings.layout().home());
    return new Daemon(host, server, stop);
  }

  /**
   * Ends {@link #await} when the JVM is told to end, and holds the JVM until {@link #close} is
   * done. For processes that are nothing but a daemon.
   */
  public void stopOnSignal() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stop.countDown();
                  try {
                    closed.await(); // the JVM halts when its hooks have ended
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "berth-signal"));
  }

  /** Waits until somebody stops the daemon. */
  public void await() throws InterruptedException {
    stop.await();
  }

  /** Ends serving, then the host. Guests go on. */
  @Override
  public void close() {
    LOG.info("Berth stops; guests go on");
    try {
      server.close();
      host.close();
    } finally {
      closed.countDown();
    }
  }
}
