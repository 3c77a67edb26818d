package dev.berth.engine.console;

import dev.berth.error.BusyException;
import dev.berth.error.MachineLostException;
import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Attachments to one domain's serial ports and channels, which share one line to its machine for
 * each port while there are any. Nothing here waits for QEMU. Thread-safe.
 */
public final class Consoles {
  // guarded by this
  private final Map<Path, ConsoleLine> lines = new HashMap<>();
  private boolean ended;

  /**
   * Attaches to the port at that socket.
   *
   * @param actor whom others are told of
   * @throws BusyException when somebody writes, or QEMU takes no connection
   */
  public synchronized Console attach(
      ConsolePort port, Path socket, ConsoleAccess access, String actor, Instant now) {
    lines.values().removeIf(ConsoleLine::hasEnded);
    try {
      Optional<ConsoleAttachment> attached =
          Optional.ofNullable(lines.get(socket))
              .flatMap(present -> present.attach(access, actor, now));
      while (attached.isEmpty()) {
        ConsoleLine next = ConsoleLine.connect(port, socket);
        attached = next.attach(access, actor, now);
        become(socket, next);
      }
      return attached.get();
    } catch (IOException e) {
      throw new MachineLostException("Cannot attach to " + port + ": " + e.getMessage() + ".", e);
    }
  }

  private void become(Path socket, ConsoleLine next) {
    lines.put(socket, next);
    if (ended) {
      next.end();
    }
  }

  /** The host ends: detaches whoever is attached, so that the next host's readers are served. */
  public synchronized void end() {
    ended = true;
    lines.values().forEach(ConsoleLine::end);
  }
}
