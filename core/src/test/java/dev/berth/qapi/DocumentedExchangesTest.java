package dev.berth.qapi;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What QEMU's reference documents of 1.x, 1.4, 2.4 and 3.0 print is read and written again without
 * a loss: each request, each reply and each event. The documents differ from the QEMU that they
 * describe in the places of {@link #DIFFERENCES}. Fifteen replies of 1.x and 2.4 and one of 3.0 are
 * printed so that they are no JSON; they were repaired as little as possible, and say by {@code
 * repair} what was done. The page of 1.x has lost all lines of brackets alone, which their numbers
 * show; some replies lack a comma, a brace or a colon.
 */
final class DocumentedExchangesTest {
  /** Where an example is not what its QEMU sent or took, each with what is wrong with it. */
  private static final Map<String, String> DIFFERENCES =
      Map.ofEntries(
          entry("ACPI_DEVICE_OST", "members of info stand outside of it"),
          entry("COMMAND_DROPPED", "members stand in one called result"),
          entry("VNC_CONNECTED", "websocket, which came with 2.3, is missing"),
          entry("VNC_DISCONNECTED", "websocket, which came with 2.3, is missing"),
          entry("VNC_INITIALIZED", "websocket, which came with 2.3, is missing"),
          entry(
              "block_set_io_throttle > in 'bps': a whole number of 64 bits is expected, but it is"
                  + " string",
              "the numbers are texts"),
          entry("dump-guest-memory > member 'paging' is missing", "it is mandatory"),
          entry(
              "netdev_add > in 'dnssearch': an array is expected, but it is string",
              "a list is one text, as the human monitor takes it"),
          entry(
              "query-block <.inserted.image.backing_file", "backing-filename is called otherwise"),
          entry(
              "query-named-block-nodes <.image.backing_file",
              "backing-filename is called otherwise"),
          entry(
              "query-blockstats < in 'stats': member 'rd_total_time_ns' is missing",
              "it is spelt rd_total_times_ns"),
          entry("query-hotpluggable-cpus <.props.core", "core-id is called otherwise"),
          entry("query-migrate <.capabilities", "another command returns them"),
          entry("query-migrate <.ram.downtime", "it stands outside of ram"),
          entry("query-migrate <.ram.expected-downtime", "it stands outside of ram"),
          entry("query-migrate <.ram.setup-time", "it stands outside of ram"),
          entry("query-migrate <.ram.total-time", "it stands outside of ram"),
          entry(
              "query-migrate-capabilities < an array is expected, but it is object",
              "the list is an object"),
          entry(
              "send-key > an object is expected, but it is string",
              "keys are texts, as before 1.4 was released"),
          entry(
              "trace-event-set-state > in 'enable': true or false is expected, but it is string",
              "true is a text"));

  @ParameterizedTest
  @ValueSource(strings = {"1.x", "1.4", "2.4", "3.0"})
  void everyExchangeIsReadAndWrittenAgain(String document) throws IOException {
    Set<String> differences = new TreeSet<>();
    for (DocumentedExchange exchange : DocumentedExchange.of(document)) {
      if (exchange.event().isPresent()) {
        event(exchange.event().get(), differences);
        continue;
      }
      QmpCommand<?> command = request(exchange, differences);
      if (command != null && exchange.returned().isPresent()) {
        reply(command, exchange.returned().get(), differences);
      }
    }
    differences.removeAll(DIFFERENCES.keySet());

    assertThat(differences).isEmpty();
  }

  private static QmpCommand<?> request(DocumentedExchange exchange, Set<String> differences)
      throws IOException {
    String name = exchange.command();
    JsonNode arguments = exchange.arguments();
    try {
      QmpCommand<?> command = TypedCommands.read(name, arguments).orElse(null);
      if (command == null) {
        differences.add(name);
        return null;
      }
      compare(name + " >", arguments, command.arguments(), differences);
      return command;
    } catch (MalformedReplyException e) {
      differences.add(name + " > " + e.getMessage());
      return null;
    }
  }

  private static void reply(QmpCommand<?> command, JsonNode value, Set<String> differences)
      throws IOException {
    try {
      Object result = command.decode(value);
      JsonNode again = result == null ? Json.object() : Wire.node(result);
      compare(command.command() + " <", value, again, differences);
    } catch (MalformedReplyException e) {
      differences.add(command.command() + " < " + e.getMessage());
    }
  }

  private static void event(JsonNode received, Set<String> differences) throws IOException {
    String name = received.path("event").asText();
    JsonNode data = received.has("data") ? received.get("data") : Json.object();
    QapiEvent event = QapiEvent.decode(new QmpEvent(name, data, Instant.EPOCH));
    if (event instanceof QapiEvent.Unknown) {
      differences.add(name);
    }
    compare(name, data, event.encode(), differences);
  }

  /** Adds the paths where both differ; indices are left out of paths. */
  private static void compare(String path, JsonNode one, JsonNode other, Set<String> differences)
      throws IOException {
    JsonNode again = Json.read(Json.bytes(other));
    if (one.isObject() && again.isObject()) {
      Set<String> names = new TreeSet<>();
      one.fieldNames().forEachRemaining(names::add);
      again.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        if (!one.has(name) || !again.has(name)) {
          differences.add(path + "." + name);
        } else {
          compare(path + "." + name, one.get(name), again.get(name), differences);
        }
      }
    } else if (one.isArray() && again.isArray() && one.size() == again.size()) {
      for (int i = 0; i < one.size(); i++) {
        compare(path, one.get(i), again.get(i), differences);
      }
    } else if (one.isNumber() && again.isNumber()) {
      if (one.doubleValue() != again.doubleValue()) {
        differences.add(path);
      }
    } else if (!one.equals(again)) {
      differences.add(path);
    }
  }
}
