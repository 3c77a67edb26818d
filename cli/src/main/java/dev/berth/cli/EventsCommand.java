package dev.berth.cli;

import dev.berth.cli.output.EventColumn;
import dev.berth.cli.output.Output;
import dev.berth.cli.output.OutputFormat;
import dev.berth.control.EventCodec;
import dev.berth.domain.DomainEvent;
import dev.berth.host.EventStream;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code vmctl events}. */
final class EventsCommand implements Command {
  private static final Duration LOOK_UP = Duration.ofSeconds(1);

  private final Parameter<Long> since;
  private final Parameter<Boolean> follow;
  private final Columns<EventColumn> columns;

  EventsCommand(Parameters parameters) {
    since =
        parameters.option(
            "--since",
            "N",
            Parameters::number,
            "0",
            "Only events after that sequence number; 0 starts at the oldest kept.");
    follow = parameters.flag("--follow", "Go on printing what happens, until interrupted.");
    columns = new Columns<>(parameters, EventColumn.values());
  }

  @Override
  public boolean printsRows() {
    return true;
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Output output = session.output();
    boolean isCsv = output.format() == OutputFormat.CSV;
    List<EventColumn> shown =
        columns.given(output).orElse(isCsv ? EventColumn.FOR_PROGRAMS : EventColumn.FOR_PEOPLE);
    VmHost host = session.host();
    long last = follow.value() ? Long.MAX_VALUE : host.eventRange().newest();
    if (isCsv) {
      output.text(EventColumn.csvHeading(shown));
    }
    try (EventStream events = host.events(since.value())) {
      for (long printed = since.value(); printed < last; ) {
        Optional<DomainEvent> event = events.next(LOOK_UP);
        if (event.isPresent()) {
          printed = event.get().sequence();
          print(output, event.get(), shown);
        }
      }
    }
    return ExitCodes.OK;
  }

  private static void print(Output output, DomainEvent event, List<EventColumn> shown)
      throws IOException {
    switch (output.format()) {
      case CSV -> output.text(EventColumn.csv(event, shown));
      case NAME -> {
        if (event.name().isPresent()) {
          output.text(event.name().get());
        }
      }
      case TABLE, JSON, YAML ->
          output.item(() -> EventCodec.write(event), () -> EventColumn.line(event, shown));
    }
  }
}
