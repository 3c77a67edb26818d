package dev.berth.engine.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.QmpRequest;
import dev.berth.json.Json;
import dev.berth.machine.FdsetNumbers;
import dev.berth.schema.CommandFacts;
import dev.berth.schema.KnownFacts;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.SchemaCommand;
import dev.berth.schema.SchemaGate;
import dev.berth.schema.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which QMP commands may be sent by hand, and what they are taken to do. Pure. */
public final class HandRules {
  /** The argument that has the number of an fdset. */
  public static final String FDSET = "fdset-id";

  private static final String HUMAN = "human-monitor-command";

  /** By these names network interfaces get their taps. */
  private static final String OWN_DESCRIPTORS = "net-";

  /** What asks and changes nothing, besides {@code query-…}. */
  private static final Set<String> ASKING =
      Set.of(
          "device-list-properties",
          "qom-get",
          "qom-list",
          "qom-list-get",
          "qom-list-properties",
          "qom-list-types");

  private static final Set<String> HUMAN_QUIT = Set.of("q", "quit");

  private static final CommandFacts FACTS = new KnownFacts();

  private HandRules() {}

  /** Whether the machine may be another one afterwards. */
  public static boolean mayChange(String command, JsonNode arguments) {
    boolean asks =
        command.startsWith("query-")
            || command.startsWith("x-query-")
            || ASKING.contains(command)
            || (command.equals(HUMAN) && firstWord(arguments).equals("info"));
    return !asks;
  }

  /**
   * Refuses what would take the machine from under the host that has it, however it is sent.
   *
   * @throws InvalidRequestException with what to do instead
   */
  public static void refuseOwned(String command, JsonNode arguments) {
    switch (command) {
      case "quit" -> throw owned(command, "it ends the machine; destroy the domain");
      case "qmp_capabilities" ->
          throw owned(command, "the host has negotiated its monitor already; leave it out");
      case "set-action" ->
          throw owned(
              command,
              "the host relies on what QEMU does when the guest ends; say it in the definition");
      case "chardev-change", "chardev-remove" -> {
        if (arguments.path("id").asText().equals("qmp")) {
          throw owned(command, "'qmp' is the host's own monitor; leave it alone");
        }
      }
      case "add-fd", "remove-fd" -> {
        if (isOwnFdset(arguments.path(FDSET))) {
          throw owned(
              command,
              "fdsets below "
                  + FdsetNumbers.FIRST_BY_HAND
                  + " are the host's own; leave 'fdset-id' to it, or take a higher one");
        }
      }
      case "getfd", "closefd" -> {
        if (arguments.path("fdname").asText().startsWith(OWN_DESCRIPTORS)) {
          throw owned(
              command,
              "names that begin with '" + OWN_DESCRIPTORS + "' are the host's own; take another");
        }
      }
      case HUMAN -> {
        if (HUMAN_QUIT.contains(firstWord(arguments))) {
          throw owned(command, "it ends the machine; destroy the domain");
        }
      }
      default -> {}
    }
  }

  private static boolean isOwnFdset(JsonNode number) {
    return number.isIntegralNumber()
        && number.canConvertToLong()
        && FdsetNumbers.isOwn(number.longValue());
  }

  private static InvalidRequestException owned(String command, String why) {
    return new InvalidRequestException(
        "Cannot send '" + command + "' by hand: " + why + ". Nothing was sent.");
  }

  /** The arguments of a request, which are known to be an object that can be read. */
  static ObjectNode arguments(String json) {
    try {
      return (ObjectNode) Json.readStrictly(json);
    } catch (IOException checked) {
      throw new UncheckedIOException("arguments that were read before cannot be read", checked);
    }
  }

  private static String firstWord(JsonNode arguments) {
    String line = arguments.path("command-line").asText().strip().toLowerCase(Locale.ROOT);
    return line.split("\\s", 2)[0];
  }

  /**
   * Refuses a command with violations, and tells them all.
   *
   * @param who the beginning of a sentence that says who does not take it
   */
  static void refuse(String who, List<Violation> violations) {
    if (!violations.isEmpty()) {
      String separator = violations.size() == 1 ? " " : System.lineSeparator() + "  ";
      throw new InvalidRequestException(
          who
              + ", and nothing was sent:"
              + separator
              + String.join(separator, violations.stream().map(Violation::text).toList()));
    }
  }

  /**
   * Refuses what that QEMU does not take.
   *
   * @throws dev.berth.error.UnsupportedException when other versions have the command
   * @throws InvalidRequestException with everything that is wrong
   */
  public static void check(QmpSchema schema, QmpRequest request, JsonNode arguments) {
    String command = request.command();
    if (!schema.supports(command) && FACTS.find(command).isPresent()) {
      new SchemaGate(schema, FACTS).admit(command, Json.object());
    }
    refuse(
        "QEMU " + schema.version() + " does not take '" + command + "' so",
        schema.check(command, arguments));
    boolean allowed = schema.command(command).map(SchemaCommand::outOfBand).orElse(true);
    if (request.lane() == QmpRequest.Lane.OUT_OF_BAND && !allowed) {
      throw new InvalidRequestException(
          "QEMU "
              + schema.version()
              + " does not take '"
              + command
              + "' out of band, and nothing was sent. Send it in band.");
    }
  }
}
