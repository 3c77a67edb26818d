package dev.berth.config;

import com.google.common.io.Closer;
import dev.berth.engine.Engine;
import dev.berth.error.HostFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A host that is open in this JVM, with all that has to be closed with it. */
final class OpenHost implements AutoCloseable {
  private final Engine engine;
  private final Closer closer;
  private final AtomicBoolean closed = new AtomicBoolean();

  private OpenHost(Engine engine, Closer closer) {
    this.engine = engine;
    this.closer = closer;
  }

  static OpenHost open(HostSettings settings) {
    makeDirectories(settings.layout());
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

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      close(closer);
    }
  }

  private static void close(Closer closer) {
    try {
      closer.close();
    } catch (IOException e) {
      throw new HostFailureException("The host could not be closed cleanly: " + e.getMessage(), e);
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
