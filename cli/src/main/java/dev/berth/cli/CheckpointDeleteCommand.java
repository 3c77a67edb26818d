package dev.berth.cli;

import dev.berth.backup.CheckpointName;
import dev.berth.control.ResultCodec;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import java.io.IOException;

/** {@code vmctl checkpoint delete}. */
final class CheckpointDeleteCommand implements Command {
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> checkpoint;

  CheckpointDeleteCommand(Parameters parameters) {
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    checkpoint = parameters.second("CHECKPOINT", "What it is called.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    CheckpointName unwanted = new CheckpointName(checkpoint.value());
    VerbResult result =
        session
            .host()
            .backups()
            .deleteCheckpoint(DomainRef.of(name.value()), unwanted, deadline.options());
    session
        .output()
        .result(
            () -> ResultCodec.write(result),
            () -> result.snapshot().name() + ": checkpoint '" + unwanted + "' deleted");
    return ExitCodes.OK;
  }
}
