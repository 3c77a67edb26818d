package dev.berth.cli;

import dev.berth.control.ResultCodec;
import dev.berth.host.DomainRef;
import dev.berth.host.Ejection;
import dev.berth.host.VerbResult;
import java.io.IOException;

/** {@code vmctl disk eject}. */
final class DiskEjectCommand implements Command {
  private final Parameter<Boolean> force;
  private final ScopeOptions scope;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> disk;

  DiskEjectCommand(Parameters parameters) {
    force = parameters.flag("--force", "Take it from a guest that holds it.");
    scope = new ScopeOptions(parameters);
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    disk = parameters.second("DISK", "The drive: the name of a cdrom of the domain.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    VerbResult result =
        session
            .host()
            .ejectMedium(
                DomainRef.of(name.value()),
                disk.value(),
                force.value() ? Ejection.FORCED : Ejection.ASKED,
                scope.scope(),
                deadline.options());
    session
        .output()
        .result(
            () -> ResultCodec.write(result),
            () -> result.snapshot().name() + ": drive '" + disk.value() + "' is empty");
    return ExitCodes.OK;
  }
}
