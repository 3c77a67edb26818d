package dev.berth.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.output.Output;
import dev.berth.cli.qmp.CommandPage;
import dev.berth.cli.qmp.TypedArguments;
import dev.berth.cli.qmp.TypedArguments.MistypedException;
import dev.berth.error.NotFoundException;
import dev.berth.host.DomainRef;
import dev.berth.host.QmpEvents;
import dev.berth.host.QmpRequest;
import dev.berth.host.Resources;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.schema.KnownFacts;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.SchemaCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code vmctl qmp}. */
final class QmpCommand implements Command {
  private static final Duration LOOK_UP = Duration.ofSeconds(1);

  private final Parameter<Boolean> describe;
  private final Parameter<Boolean> watch;
  private final Parameter<Boolean> raw;
  private final Parameter<Boolean> outOfBand;
  private final DescriptorOption descriptors;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> command;
  private final Parameter<List<String>> arguments;

  QmpCommand(Parameters parameters) {
    describe =
        parameters.flag(
            "--describe",
            "Print what the command takes on this QEMU; without a command, list all there are.");
    watch =
        parameters.flag(
            "--watch", "Print QEMU's events as JSON lines, until interrupted; after the reply.");
    raw = parameters.flag("--raw", "Send it as it is, unchecked.");
    outOfBand =
        parameters.flag("--oob", "Send it past the commands that QEMU has not answered yet.");
    descriptors = new DescriptorOption(parameters, "what add-fd and getfd take");
    deadline = parameters.deadline();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    command = parameters.optionalSecond("QMP-COMMAND", "The command, such as query-block.");
    arguments =
        parameters.furtherFrom(
            2, "KEY=VALUE", "Its arguments; dots lead into objects. Or one JSON object.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    VmHost host = session.host();
    DomainRef domain = DomainRef.of(name.value());
    if (describe.value()) {
      describe(session.output(), schema(host, domain));
      return ExitCodes.OK;
    }
    long last = watch.value() ? host.qmpEvents(domain, -1, LOOK_UP).last() : 0;
    if (command.given().isPresent() || !watch.value()) {
      send(session, host, domain);
    }
    if (watch.value()) {
      watch(session.output(), host, domain, last);
    }
    return ExitCodes.OK;
  }

  /** Events count from before the command on. */
  private static void watch(Output output, VmHost host, DomainRef domain, long from)
      throws IOException {
    long last = from;
    while (!Thread.interrupted()) {
      QmpEvents events = host.qmpEvents(domain, last, LOOK_UP);
      if (events.missed() > 0) {
        output.note(events.missed() + " events were missed");
      }
      for (String event : events.events()) {
        output.text(event);
      }
      last = events.last();
    }
  }

  private void send(Session session, VmHost host, DomainRef domain) throws IOException {
    String called =
        command
            .given()
            .orElseThrow(
                () ->
                    new UsageException(
                        "Missing required parameter: 'QMP-COMMAND'; --describe lists them."));
    QmpRequest checked = QmpRequest.of(called, Json.text(arguments(host, domain, called)));
    QmpRequest unchecked = raw.value() ? checked.raw() : checked;
    QmpRequest request = outOfBand.value() ? unchecked.outOfBand() : unchecked;
    JsonNode returned = send(session, host, domain, request);
    boolean forPeople = session.environment().terminals().out();
    session
        .output()
        .result(
            () -> returned,
            () -> forPeople ? Output.json(returned).stripTrailing() : Json.text(returned));
  }

  private JsonNode send(Session session, VmHost host, DomainRef domain, QmpRequest request)
      throws IOException {
    try (Resources given = descriptors.open(session.environment(), Map.of())) {
      return Json.read(host.qmp(domain, request, given, deadline.options()));
    }
  }

  private JsonNode arguments(VmHost host, DomainRef domain, String called) throws IOException {
    List<String> words = arguments.given().orElse(List.of());
    if (words.size() == 1 && words.get(0).startsWith("{")) {
      return json(called, words.get(0));
    }
    ObjectNode texts = texts(words);
    if (texts.isEmpty()) {
      return texts;
    }
    return raw.value()
        ? TypedArguments.untyped(texts)
        : TypedArguments.typed(schema(host, domain), called, texts);
  }

  /** As it is written, so that what is wrong with it is told as the host would. */
  private static JsonNode json(String called, String text) throws IOException {
    return Json.read(QmpRequest.of(called, text).arguments());
  }

  private static ObjectNode texts(List<String> words) {
    try {
      return TypedArguments.texts(words);
    } catch (MistypedException mistyped) {
      throw new UsageException(mistyped.getMessage());
    }
  }

  private void describe(Output output, QmpSchema schema) throws IOException {
    Optional<String> called = command.given();
    if (called.isEmpty()) {
      ArrayNode all = Json.array();
      schema.commandNames().forEach(all::add);
      output.result(() -> all, () -> String.join("\n", schema.commandNames()));
      return;
    }
    SchemaCommand known =
        schema
            .command(called.get())
            .orElseThrow(
                () ->
                    new NotFoundException(
                        "QEMU "
                            + schema.version()
                            + ": "
                            + schema.check(called.get(), Json.object()).get(0).text()));
    ObjectNode given = texts(arguments.given().orElse(List.of()));
    CommandPage page = new CommandPage(schema, new KnownFacts(), known, given);
    output.result(page::document, page::text);
  }

  private static QmpSchema schema(VmHost host, DomainRef domain) throws IOException {
    String version = host.domain(domain).machine().map(machine -> machine.qemuVersion()).orElse("");
    return QmpSchema.read(version, Json.read(host.qmpSchema(domain)));
  }
}
