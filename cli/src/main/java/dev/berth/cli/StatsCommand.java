package dev.berth.cli;

import dev.berth.cli.output.LatencyTable;
import dev.berth.cli.output.Output;
import dev.berth.cli.output.StatsTable;
import dev.berth.control.StatsCodec;
import dev.berth.stats.DomainStats;
import java.io.IOException;
import java.util.List;

/** {@code vmctl stats}. */
final class StatsCommand implements Command {
  private final Parameter<List<String>> words;

  StatsCommand(Parameters parameters) {
    words =
        parameters.arguments(
            "0..*",
            "NAME",
            "Only these domains, by name, UUID or pattern such as 'web-*' (in quotes).");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Output output = session.output();
    DomainFilter<DomainStats> filter =
        new DomainFilter<>(
            words.given().orElse(List.of()), domain -> domain.name().text(), DomainStats::uuid);
    List<DomainStats> domains = filter.chosen(session.host().stats());
    StatsTable table = new StatsTable(session.environment().clock().instant());
    output.result(() -> StatsCodec.write(domains), () -> table.rows(domains) + latencies(domains));
    int worst = ExitCodes.OK;
    for (String word : filter.unmatched()) {
      worst = Math.max(worst, ErrorReport.print(output, DomainNames.noneIs(word)));
    }
    return worst;
  }

  private static String latencies(List<DomainStats> domains) {
    return LatencyTable.rows(domains).map(rows -> "\n\n" + rows).orElse("");
  }
}
