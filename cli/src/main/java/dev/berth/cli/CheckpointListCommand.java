package dev.berth.cli;

import dev.berth.backup.Checkpoint;
import dev.berth.backup.CheckpointCodec;
import dev.berth.cli.output.CheckpointTable;
import dev.berth.cli.output.Output;
import dev.berth.host.DomainRef;
import java.io.IOException;
import java.util.List;

/** {@code vmctl checkpoint list}. */
final class CheckpointListCommand implements Command {
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;

  CheckpointListCommand(Parameters parameters) {
    deadline = parameters.deadline();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    List<Checkpoint> all =
        session.host().backups().checkpoints(DomainRef.of(name.value()), deadline.options());
    Output output = session.output();
    if (output.isForPeople() && output.isQuiet()) {
      for (Checkpoint checkpoint : all) {
        if (checkpoint.name().isPresent()) {
          output.text(checkpoint.name().get().text());
        }
      }
      return ExitCodes.OK;
    }
    output.result(() -> CheckpointCodec.write(all), () -> CheckpointTable.rows(all));
    return ExitCodes.OK;
  }
}
