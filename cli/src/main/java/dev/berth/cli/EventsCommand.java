package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.cli.output.Printable;
import dev.berth.control.EventCodec;
import dev.berth.domain.DomainEvent;
import dev.berth.host.EventStream;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code vmctl events}. */
final class EventsCommand implements Command {
  private static final Duration LOOK_UP = Duration.ofSeconds(1);

  private final Parameter<Long> since;
  private final Parameter<Boolean> follow;

  EventsCommand(Parameters parameters) {
    since =
        parameters.option(
            "--since",
            "N",
            Parameters::number,
            "0",
            "Only events after that sequence number; 0 starts at the oldest kept.");
    follow = parameters.flag("--follow", "Go on printing what happens, until interrupted.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    VmHost host = session.host();
    long last = follow.value() ? Long.MAX_VALUE : host.eventRange().newest();
    try (EventStream events = host.events(since.value())) {
      for (long printed = since.value(); printed < last; ) {
        Optional<DomainEvent> event = events.next(LOOK_UP);
        if (event.isPresent()) {
          printed = event.get().sequence();
          print(session.output(), event.get());
        }
      }
    }
    return ExitCodes.OK;
  }

  private static void print(Output output, DomainEvent event) throws IOException {
    output.item(() -> EventCodec.write(event), () -> line(event));
  }

  /** For example {@code 17 2026-11-20T18:00:00Z web-1 domain.state uid:0(root) state=running}. */
  private static String line(DomainEvent event) {
    StringBuilder line = new StringBuilder();
    line.append(event.sequence()).append(' ').append(event.time().truncatedTo(ChronoUnit.MILLIS));
    line.append(' ').append(event.name().orElse("-"));
    line.append(' ').append(event.type()).append(' ').append(event.actor());
    for (Map.Entry<String, String> each : new TreeMap<>(event.attributes()).entrySet()) {
      line.append(' ').append(each.getKey()).append('=').append(quoted(each.getValue()));
    }
    return Printable.line(line.toString());
  }

  private static String quoted(String value) {
    return value.isEmpty() || value.contains(" ") ? '"' + value + '"' : value;
  }
}
