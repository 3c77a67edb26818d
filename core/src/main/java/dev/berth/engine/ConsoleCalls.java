package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.engine.console.ConsolePort;
import dev.berth.engine.step.Admission;
import dev.berth.engine.step.Verb;
import dev.berth.engine.step.VerbTable;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.SerialSockets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Finds the socket of a port that a caller wants to attach to. Any thread; never waits. */
final class ConsoleCalls {
  private ConsoleCalls() {}

  /**
   * Attaches.
   *
   * @param name the port's; empty for the console
   * @throws InvalidStateException when there is no machine
   * @throws NotFoundException when it has no port of that name
   */
  static Console attach(
      DomainDriver driver, Optional<String> name, ConsoleAccess access, String actor, Instant now) {
    ConsolePort port = new ConsolePort(driver.snapshot().name().text(), name);
    DomainState state = driver.snapshot().status().state();
    if (VerbTable.decide(Verb.CONSOLE, state) instanceof Admission.Deny deny) {
      throw new InvalidStateException(
          "Cannot attach to " + port + " (" + state.text() + "): " + deny.remedy() + ".");
    }
    LaunchRecord launch =
        driver
            .launch()
            .orElseThrow(
                () ->
                    new InvalidStateException(
                        "Domain '" + port.domain() + "' has no machine any more. Start it first."));
    Path socket =
        name.map(known -> socket(port, known, SerialSockets.of(launch)))
            .orElseGet(() -> launch.files().consoleSocket());
    return driver.consoles().attach(port, socket, access, actor, now);
  }

  private static Path socket(ConsolePort port, String name, Map<String, Path> sockets) {
    if (!sockets.containsKey(name)) {
      throw new NotFoundException(
          "Cannot attach to "
              + port
              + ": its machine has no port of that name. "
              + (sockets.isEmpty()
                  ? "It has none but its console; 'channels' and 'consoles' of its definition name"
                      + " others."
                  : "It has: " + String.join(", ", sockets.keySet()) + "."));
    }
    return sockets.get(name);
  }
}
