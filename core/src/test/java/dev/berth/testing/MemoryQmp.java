package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.QmpRequest;
import dev.berth.json.Json;
import dev.berth.machine.FdsetNumbers;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.Violation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * QMP by hand on a {@link MemoryHost}: checked as on a QEMU 7.2, of which {@code query-status},
 * {@code stop}, {@code cont} and the commands about file descriptors do something. The caller holds
 * the contents' lock.
 */
final class MemoryQmp {
  private static final QmpSchema SCHEMA = TestSchema.of("7.2.22").index();

  private static final String FDSET = "fdset-id";
  private static final int FIRST_BY_HAND = FdsetNumbers.FIRST_BY_HAND;
  private static final Set<String> HAVE_FDSETS = Set.of("add-fd", "remove-fd");

  private final MemoryContents contents;
  private final MemoryVerbs verbs;
  private final String actor;

  MemoryQmp(MemoryContents contents, MemoryVerbs verbs, String actor) {
    this.contents = contents;
    this.verbs = verbs;
    this.actor = actor;
  }

  static String schema(MemoryDomain domain) {
    requireMachine(domain);
    return SCHEMA.json();
  }

  String send(MemoryDomain domain, QmpRequest request) {
    requireMachine(domain);
    String command = request.command();
    if (command.equals("quit")) {
      throw new InvalidRequestException("'quit' would end the machine: destroy the domain.");
    }
    ObjectNode arguments = arguments(request);
    if (HAVE_FDSETS.contains(command)
        && arguments.path(FDSET).asLong(FIRST_BY_HAND) < FIRST_BY_HAND) {
      throw new InvalidRequestException("The fdsets below " + FIRST_BY_HAND + " are the host's.");
    }
    if (request.check() == QmpRequest.Check.TYPED) {
      check(request);
    }
    if (!command.startsWith("query-")) {
      domain.touch(command, actor);
      contents.events().add(domain, EventTypes.TOUCHED, actor, Map.of("command", command));
    }
    return Json.text(reply(domain, command, arguments));
  }

  private JsonNode reply(MemoryDomain domain, String command, ObjectNode arguments) {
    FakeFdsets fdsets = domain.fdsets();
    switch (command) {
      case "add-fd" -> {
        return fdsets.add(arguments.has(FDSET) ? arguments : fdsets.numbered(arguments));
      }
      case "getfd" -> {
        return fdsets.name(arguments, Path.of("/nowhere"));
      }
      case "query-fdsets" -> {
        return fdsets.list();
      }
      case "remove-fd", "closefd" -> {
        if (!(command.equals("closefd") ? fdsets.close(arguments) : fdsets.remove(arguments))) {
          throw new QemuRefusedException(command, "GenericError", "it was not found");
        }
      }
      case "query-status" -> {
        boolean running = domain.state() == DomainState.RUNNING;
        return Json.object().put("running", running).put("status", domain.state().text());
      }
      case "stop" -> {
        tell(domain, "STOP");
        verbs.pause(domain);
      }
      case "cont" -> {
        tell(domain, "RESUME");
        verbs.resume(domain);
      }
      default ->
          throw new QemuRefusedException(
              command, "CommandNotFound", "The command " + command + " has not been found");
    }
    return Json.object();
  }

  private void tell(MemoryDomain domain, String event) {
    domain.qmpEvents.add("{\"event\":\"" + event + "\",\"data\":{}}");
    contents.notifyAll();
  }

  private static void requireMachine(MemoryDomain domain) {
    if (!domain.hasMachine()) {
      throw MemoryVerbs.illegal("send QMP to", domain, DomainState.RUNNING);
    }
  }

  private static ObjectNode arguments(QmpRequest request) {
    try {
      return (ObjectNode) Json.read(request.arguments());
    } catch (IOException checked) {
      throw new InvalidRequestException("arguments: " + checked.getMessage(), checked);
    }
  }

  private static void check(QmpRequest request) {
    List<Violation> violations = SCHEMA.check(request.command(), arguments(request));
    if (!violations.isEmpty()) {
      throw new InvalidRequestException(
          "Not sent: " + violations.stream().map(Violation::text).toList() + ".");
    }
    boolean outOfBand = request.lane() == QmpRequest.Lane.OUT_OF_BAND;
    if (outOfBand && !SCHEMA.command(request.command()).orElseThrow().outOfBand()) {
      throw new InvalidRequestException("Not sent: it is not to be had out of band.");
    }
  }
}
