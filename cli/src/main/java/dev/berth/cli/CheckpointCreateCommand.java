package dev.berth.cli;

import dev.berth.backup.CheckpointName;
import dev.berth.control.ResultCodec;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** {@code vmctl checkpoint create}. */
final class CheckpointCreateCommand implements Command {
  private final Parameter<List<String>> disks;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> checkpoint;

  CheckpointCreateCommand(Parameters parameters) {
    disks = parameters.repeated("--disk", "DISK", "Only this disk; may be given again.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    checkpoint = parameters.second("CHECKPOINT", "What to call it.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    CheckpointName wanted = new CheckpointName(checkpoint.value());
    VerbResult result =
        session
            .host()
            .backups()
            .createCheckpoint(
                DomainRef.of(name.value()),
                wanted,
                Set.copyOf(disks.given().orElse(List.of())),
                deadline.options());
    session
        .output()
        .result(
            () -> ResultCodec.write(result),
            () -> result.snapshot().name() + ": checkpoint '" + wanted + "' begun");
    return ExitCodes.OK;
  }
}
