package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.host.DomainRef;
import dev.berth.host.QmpEvents;
import dev.berth.host.QmpRequest;
import dev.berth.host.Resources;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.schema.KnownFacts;
import dev.berth.schema.QmpSchema;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

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
  private final CommandWords words;

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
    words = new CommandWords(parameters, "QMP-COMMAND", "The command, such as query-block.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    VmHost host = session.host();
    DomainRef domain = DomainRef.of(name.value());
    if (describe.value()) {
      QmpSchema schema = schema(host, domain);
      words.describe(session.output(), "QEMU " + schema.version(), schema, new KnownFacts());
      return ExitCodes.OK;
    }
    long last = watch.value() ? host.qmpEvents(domain, -1, LOOK_UP).last() : 0;
    if (words.nameOne() || !watch.value()) {
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
    String command = words.command();
    QmpRequest inBand =
        raw.value()
            ? QmpRequest.of(command, Json.text(words.untyped())).raw()
            : QmpRequest.of(command, Json.text(words.typed(() -> schema(host, domain))));
    QmpRequest request = outOfBand.value() ? inBand.outOfBand() : inBand;
    try (Resources given = descriptors.open(session.environment(), Map.of())) {
      CommandWords.print(session, host.qmp(domain, request, given, deadline.options()));
    }
  }

  private static QmpSchema schema(VmHost host, DomainRef domain) throws IOException {
    String version = host.domain(domain).machine().map(machine -> machine.qemuVersion()).orElse("");
    return QmpSchema.read(version, Json.read(host.qmpSchema(domain)));
  }
}
