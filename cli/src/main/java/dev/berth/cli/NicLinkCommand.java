package dev.berth.cli;

import dev.berth.control.ResultCodec;
import dev.berth.domain.LinkState;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import java.io.IOException;

/** {@code vmctl nic link}. */
final class NicLinkCommand implements Command {
  private final ScopeOptions scope;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> nic;
  private final Parameter<String> state;

  NicLinkCommand(Parameters parameters) {
    scope = new ScopeOptions(parameters);
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    nic = parameters.second("NIC", "The network interface's name in the domain.");
    state = parameters.third("STATE", "up or down.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    LinkState link =
        switch (state.value()) {
          case "up" -> LinkState.UP;
          case "down" -> LinkState.DOWN;
          default -> throw new UsageException("STATE is up or down.");
        };
    VerbResult result =
        session
            .host()
            .setLink(
                DomainRef.of(name.value()), nic.value(), link, scope.scope(), deadline.options());
    session
        .output()
        .result(
            () -> ResultCodec.write(result),
            () -> result.snapshot().name() + ": the link is " + state.value());
    return ExitCodes.OK;
  }
}
