package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.control.ResultCodec;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@code vmctl list}. */
final class ListCommand implements Command {
  private final Parameter<Set<DomainState>> states;

  ListCommand(Parameters parameters) {
    states =
        parameters.option(
            "--state", "STATE[,STATE]", StateArgument::parse, "Only domains in these states.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    List<DomainSnapshot> domains = chosen(session.host().list());
    Output output = session.output();
    if (output.isForPeople() && output.isQuiet()) {
      for (DomainSnapshot domain : domains) {
        output.text(domain.name().text());
      }
    } else {
      output.result(() -> ResultCodec.write(domains), () -> session.tables().rows(domains));
    }
    return ExitCodes.OK;
  }

  private List<DomainSnapshot> chosen(List<DomainSnapshot> all) {
    Set<DomainState> wanted = states.given().orElse(EnumSet.allOf(DomainState.class));
    List<DomainSnapshot> chosen = new ArrayList<>();
    for (DomainSnapshot domain : all) {
      if (wanted.contains(domain.status().state())) {
        chosen.add(domain);
      }
    }
    return chosen;
  }
}
