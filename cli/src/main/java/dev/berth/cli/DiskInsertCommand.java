package dev.berth.cli;

import dev.berth.control.ResultCodec;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import java.io.IOException;
import java.nio.file.Path;

/** {@code vmctl disk insert}. */
final class DiskInsertCommand implements Command {
  private final ScopeOptions scope;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> disk;
  private final Parameter<String> file;

  DiskInsertCommand(Parameters parameters) {
    scope = new ScopeOptions(parameters);
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    disk = parameters.second("DISK", "The drive: the name of a cdrom of the domain.");
    file = parameters.third("FILE", "The medium: a raw image, such as an ISO file.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Path medium = session.environment().workingDirectory().resolve(file.value());
    VerbResult result =
        session
            .host()
            .insertMedium(
                DomainRef.of(name.value()),
                disk.value(),
                medium,
                scope.scope(),
                deadline.options());
    session
        .output()
        .result(
            () -> ResultCodec.write(result),
            () -> result.snapshot().name() + ": " + medium + " is in drive '" + disk.value() + "'");
    return ExitCodes.OK;
  }
}
