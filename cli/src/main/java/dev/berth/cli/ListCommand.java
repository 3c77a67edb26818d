package dev.berth.cli;

import dev.berth.cli.output.DomainColumn;
import dev.berth.cli.output.DomainTable;
import dev.berth.cli.output.Output;
import dev.berth.control.ResultCodec;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
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
    Set<String> unmatched = new LinkedHashSet<>(words.given().orElse(List.of()));
    List<DomainSnapshot> domains = chosen(session.host().list(), unmatched);
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
    for (String word : unmatched) {
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

  /** The domains to list; takes the words out that are about one or more of them all. */
  private List<DomainSnapshot> chosen(List<DomainSnapshot> all, Set<String> unmatched) {
    if (unmatched.isEmpty() && states.given().isEmpty()) {
      return all;
    }
    Set<DomainState> wanted = states.given().orElse(EnumSet.allOf(DomainState.class));
    List<String> given = List.copyOf(unmatched);
    List<DomainSnapshot> chosen = new ArrayList<>();
    for (DomainSnapshot domain : all) {
      List<String> meant = given.stream().filter(word -> isMeant(domain, word)).toList();
      unmatched.removeAll(meant);
      boolean named = given.isEmpty() || !meant.isEmpty();
      if (named && wanted.contains(domain.status().state())) {
        chosen.add(domain);
      }
    }
    return chosen;
  }

  private static boolean isMeant(DomainSnapshot domain, String word) {
    return NamePattern.isPattern(word)
        ? NamePattern.of(word).matches(domain.name().text())
        : word.equals(domain.name().text()) || word.equalsIgnoreCase(domain.uuid().toString());
  }
}
