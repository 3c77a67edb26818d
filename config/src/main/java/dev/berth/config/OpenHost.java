package dev.berth.config;

import com.google.common.io.Closer;
import dev.berth.control.ControlAccess;
import dev.berth.control.ControlServer;
import dev.berth.control.TlsEndpoint;
import dev.berth.control.TlsServer;
import dev.berth.engine.Engine;
import dev.berth.error.HostFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/** A host that is open in this JVM, with all that has to be closed with it. */
final class OpenHost implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Engine engine;
  private final Closer closer;
  private final AtomicBoolean closed = new AtomicBoolean();

  private OpenHost(Engine engine, Closer closer) {
    this.engine = engine;
    this.closer = closer;
  }

  static OpenHost open(HostSettings settings) {
    makeDirectories(settings.layout());
    openWayTo(settings.layout().controlSocket(), settings.access());
    HostComponent component = DaggerHostComponent.factory().create(settings);
    Closer closer = component.closer();
    boolean open = false;
    try {
      component.store();
      OpenHost host = new OpenHost(component.engine(), closer);
      open = true;
      return host;
    } finally {
      if (!open) {
        close(closer);
      }
    }
  }

  Engine engine() {
    return engine;
  }

  /**
   * Serves the control socket as well, until the host is closed. When it cannot be served the host
   * is closed.
   *
   * @param stop what {@code daemon.stop} does
   * @throws HostFailureException when the socket cannot be served
   */
  void serve(Path socket, ControlAccess access, Runnable stop) {
    ControlServer server = new ControlServer(engine::as, socket, access, stop);
    boolean serving = false;
    try {
      server.start();
      closer.register(server::close); // closed before what was registered earlier
      serving = true;
    } finally {
      if (!serving) {
        close();
      }
    }
  }

  /**
   * Serves clients on other machines as well, until the host is closed. When they cannot be served
   * the host is closed.
   *
   * @param stop what {@code daemon.stop} does
   * @throws HostFailureException when the files of TLS or the address cannot be used
   */
  void listen(TlsEndpoint endpoint, Runnable stop) {
    TlsServer server = new TlsServer(engine::as, endpoint, stop);
    boolean serving = false;
    try {
      server.start();
      closer.register(server::close);
      serving = true;
    } finally {
      if (!serving) {
        close();
      }
    }
  }

  /**
   * Closes the engine first, with that patience, so that clients of the control socket learn what
   * callers in this JVM learn; then the socket, and the rest in reverse order.
   */
  void close(Duration patience) {
    if (closed.compareAndSet(false, true)) {
      try {
        engine.close(patience);
      } finally {
        close(closer);
      }
    }
  }

  @Override
  public void close() {
    close(PATIENCE);
  }

  private static void close(Closer closer) {
    try {
      closer.close();
    } catch (IOException e) {
      throw new HostFailureException("The host could not be closed cleanly: " + e.getMessage(), e);
    }
  }

  /**
   * Lets those whom the control socket serves pass through its directory, and see nothing in it.
   */
  private static void openWayTo(Path socket, ControlAccess access) {
    if (access.equals(ControlAccess.OWNER_ONLY)) {
      return;
    }
    Path directory = Objects.requireNonNull(socket.getParent());
    try {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    } catch (IOException e) {
      throw new HostFailureException(
          "Cannot let others through the directory "
              + directory
              + " to the control socket: "
              + e
              + ". Make it this user's own, or take back the settings 'access' and"
              + " 'access-read-only'.",
          e);
    }
  }

  /** What only this user may look into: definitions, sockets, consoles. */
  private static void makeDirectories(HomeLayout layout) {
    for (Path directory :
        List.of(
            layout.home(), layout.runDirectory(), layout.logDirectory(), layout.cacheDirectory())) {
      try {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } catch (IOException e) {
        throw new HostFailureException(
            "Cannot make the directory "
                + directory
                + ": "
                + e
                + ". Choose another home with --home or BERTH_HOME, or make it writable.",
            e);
      }
    }
  }
}
