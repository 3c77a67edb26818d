package dev.berth.cli;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupCodec;
import dev.berth.cli.output.BackupTable;
import dev.berth.cli.output.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code vmctl backup list}. */
final class BackupListCommand implements Command {
  private final Parameters.Deadline deadline;
  private final Parameter<String> directory;

  BackupListCommand(Parameters parameters) {
    deadline = parameters.deadline();
    directory = parameters.argument("DIRECTORY", "The directory of backups, on the host.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Path where = session.environment().workingDirectory().resolve(directory.value());
    List<Backup> backups = session.host().backups().list(where, deadline.options());
    Output output = session.output();
    if (output.isForPeople() && output.isQuiet()) {
      for (Backup backup : backups) {
        output.text(backup.name().text());
      }
      return ExitCodes.OK;
    }
    output.result(() -> BackupCodec.write(backups), () -> BackupTable.rows(backups));
    return ExitCodes.OK;
  }
}
