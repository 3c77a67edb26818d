package dev.berth.engine;

import dev.berth.error.BusyException;
import dev.berth.error.MachineLostException;
import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * Attachments to one domain's serial console, which share one line to its machine while there are
 * any. Nothing here waits for QEMU. Thread-safe.
 */
final class Consoles {
  // guarded by this
  private Optional<ConsoleLine> line = Optional.empty();
  private boolean ended;

  /**
   * Attaches to the console at that socket.
   *
   * @param actor whom others are told of
   * @throws BusyException when somebody writes, or QEMU takes no connection
   */
  synchronized Console attach(
      String domain, Path socket, ConsoleAccess access, String actor, Instant now) {
    try {
      Optional<ConsoleAttachment> attached =
          line.flatMap(present -> present.attach(access, actor, now));
      while (attached.isEmpty()) {
        ConsoleLine next = ConsoleLine.connect(domain, socket);
        attached = next.attach(access, actor, now);
        become(next);
      }
      return attached.get();
    } catch (IOException e) {
      throw new MachineLostException(
          "Cannot attach to the console of domain '" + domain + "': " + e.getMessage() + ".", e);
    }
  }

  private void become(ConsoleLine next) {
    line = Optional.of(next);
    if (ended) {
      next.end();
    }
  }

  /** The host ends: detaches whoever is attached, so that the next host's readers are served. */
  synchronized void end() {
    ended = true;
    line.ifPresent(ConsoleLine::end);
  }
}
