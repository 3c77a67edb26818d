package dev.berth.cli;

import dev.berth.cli.output.DomainColumn;
import dev.berth.cli.output.DomainTable;
import dev.berth.cli.output.Output;
import dev.berth.control.ResultCodec;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code vmctl list}. */
final class ListCommand implements Command {
  private final Parameter<Set<DomainState>> states;
  private final Columns<DomainColumn> columns;
  private final Parameter<List<String>> words;

  ListCommand(Parameters parameters) {
    states =
        parameters.option(
            "--state",
            "STATE[,STATE]",
            StateArgument::parse,
            StateArgument.words(),
            "Only domains in these states.");
    columns = new Columns<>(parameters, DomainColumn.values());
    words =
        parameters.arguments(
            "0..*",
            "NAME",
            "Only these domains, by name, UUID or pattern such as 'web-*' (in quotes).");
  }

  @Override
  public boolean printsRows() {
    return true;
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Output output = session.output();
    Optional<List<DomainColumn>> given = columns.given(output);
    DomainFilter<DomainSnapshot> filter =
        new DomainFilter<>(
            words.given().orElse(List.of()), domain -> domain.name().text(), DomainSnapshot::uuid);
    List<DomainSnapshot> domains = inState(filter.chosen(session.host().list()));
    DomainTable table = session.table();
    switch (output.format()) {
      case NAME -> printNames(output, domains);
      case CSV -> output.text(table.csv(domains, given.orElse(DomainColumn.FOR_PROGRAMS)));
      case TABLE, JSON, YAML -> {
        if (output.isForPeople() && output.isQuiet()) {
          printNames(output, domains);
        } else {
          output.result(() -> ResultCodec.write(domains), () -> rows(table, domains, given));
        }
      }
    }
    int worst = ExitCodes.OK;
    for (String word : filter.unmatched()) {
      worst = Math.max(worst, ErrorReport.print(output, DomainNames.noneIs(word)));
    }
    return worst;
  }

  private static String rows(
      DomainTable table, List<DomainSnapshot> domains, Optional<List<DomainColumn>> given) {
    return given.isPresent() ? table.rows(domains, given.get()) : table.rows(domains);
  }

  private static void printNames(Output output, List<DomainSnapshot> domains) throws IOException {
    for (DomainSnapshot domain : domains) {
      output.text(domain.name().text());
    }
  }

  private List<DomainSnapshot> inState(List<DomainSnapshot> domains) {
    if (states.given().isEmpty()) {
      return domains;
    }
    Set<DomainState> wanted = states.given().get();
    return domains.stream().filter(domain -> wanted.contains(domain.status().state())).toList();
  }
}
