package dev.berth.config;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A host process: an open host that serves its control socket, and TLS where its settings say so,
 * until it is told to stop by {@code daemon.stop}, or by SIGTERM or SIGINT where {@link
 * #stopOnSignal} was called. Guests go on.
 */
public final class Daemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final OpenHost host;
  private final CountDownLatch stop;
  private final CountDownLatch closed = new CountDownLatch(1);

  private Daemon(OpenHost host, CountDownLatch stop) {
    this.host = host;
    this.stop = stop;
  }

  /**
   * Opens the host and begins to serve.
   *
   * @throws dev.berth.error.BusyException when another process owns the store
   * @throws dev.berth.error.HostFailureException when the control socket cannot be served, or the
   *     files or the address of TLS not be used
   */
  public static Daemon start(HostSettings settings) {
    CountDownLatch stop = new CountDownLatch(1);
    OpenHost host = OpenHost.open(settings);
    Path socket = settings.layout().controlSocket();
    host.serve(socket, settings.access(), stop::countDown);
    settings.listen().ifPresent(place -> host.listen(place, stop::countDown));
    LOG.info("Berth {} serves {} (home {})", BerthVersion.TEXT, socket, settings.layout().home());
    return new Daemon(host, stop);
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

  /** Ends the host, and before it the serving. Guests go on. */
  @Override
  public void close() {
    LOG.info("Berth stops; guests go on");
    try {
      host.close();
    } finally {
      closed.countDown();
    }
  }
}
