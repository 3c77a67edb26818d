package dev.berth.cli;

import java.io.IOException;

/** {@code vmctl backup exported}. */
final class BackupExportedCommand implements Command {
  private final Parameters.Deadline deadline;
  private final Parameter<String> id;

  BackupExportedCommand(Parameters parameters) {
    deadline = parameters.deadline();
    id = parameters.argument(JobResult.LABEL, JobResult.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    return ExportResult.print(session, JobResult.id(id.value()), deadline.options());
  }
}
