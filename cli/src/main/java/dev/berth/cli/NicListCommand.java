package dev.berth.cli;

import dev.berth.cli.output.NicTable;
import dev.berth.cli.output.Output;
import dev.berth.control.NicCodec;
import dev.berth.host.DomainRef;
import dev.berth.host.NicSummary;
import java.io.IOException;
import java.util.List;

/** {@code vmctl nic list}. */
final class NicListCommand implements Command {
  private final Parameter<String> name;

  NicListCommand(Parameters parameters) {
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    List<NicSummary> nics = session.host().nics(DomainRef.of(name.value()));
    Output output = session.output();
    if (output.isForPeople() && output.isQuiet()) {
      for (NicSummary nic : nics) {
        output.text(nic.name());
      }
      return ExitCodes.OK;
    }
    output.result(() -> NicCodec.write(nics), () -> NicTable.rows(nics));
    return ExitCodes.OK;
  }
}
