package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.cli.output.StatsTable;
import dev.berth.control.StatsCodec;
import dev.berth.stats.DomainStats;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code vmctl top}. On a terminal it fills the screen and follows; elsewhere, and with {@code
 * --batch}, it prints one table after the other.
 */
final class TopCommand implements Command {
  private static final Comparator<DomainStats> BUSIEST_FIRST =
      Comparator.comparing(TopCommand::cpuMillis)
          .reversed()
          .thenComparing(domain -> domain.name().text());

  private final Parameter<Duration> delay;
  private final Parameter<Long> count;
  private final Parameter<Boolean> batch;
  private final Parameter<List<String>> words;

  TopCommand(Parameters parameters) {
    delay =
        parameters.option(
            "--delay", "DURATION", TopCommand::pause, "2s", "How long between two looks.");
    count = parameters.option("--count", "N", Parameters::number, "End after so many looks.");
    batch = parameters.flag("--batch", "Print one table after the other, also on a terminal.");
    words =
        parameters.arguments(
            "0..*",
            "NAME",
            "Only these domains, by name, UUID or pattern such as 'web-*' (in quotes).");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Environment environment = session.environment();
    boolean onScreen =
        environment.terminals().in()
            && environment.terminals().out()
            && session.output().isForPeople()
            && !batch.value();
    try (TopScreen screen = onScreen ? TopScreen.open(session) : TopScreen.none()) {
      long looks = count.given().orElse(Long.MAX_VALUE);
      for (long look = 0; look < looks; look++) {
        if (look > 0 && screen.left(delay.value())) {
          return ExitCodes.OK;
        }
        show(session, screen, look);
      }
    }
    return ExitCodes.OK;
  }

  private void show(Session session, TopScreen screen, long look)
      throws IOException, InterruptedException {
    Output output = session.output();
    List<DomainStats> domains =
        filter().chosen(session.host().stats()).stream().sorted(BUSIEST_FIRST).toList();
    StatsTable table = new StatsTable(session.environment().clock().instant());
    if (screen.isOpen()) {
      screen.show(table.summary(domains) + "\n\n" + table.rows(domains));
    } else {
      output.item(
          () -> StatsCodec.write(domains),
          () -> (look > 0 ? "\n" : "") + table.summary(domains) + "\n" + table.rows(domains));
    }
  }

  private DomainFilter<DomainStats> filter() {
    return new DomainFilter<>(
        words.given().orElse(List.of()), domain -> domain.name().text(), DomainStats::uuid);
  }

  private static long cpuMillis(DomainStats domain) {
    return domain.machine().map(machine -> machine.rates().cpuMillis()).orElse(-1L);
  }

  private static Duration pause(String text) {
    Duration pause = DurationArgument.parse(text);
    if (pause.compareTo(Duration.ofMillis(100)) < 0) {
      throw new TypeConversionException("'" + text + "' is too short: 100ms at least");
    }
    return pause;
  }
}
