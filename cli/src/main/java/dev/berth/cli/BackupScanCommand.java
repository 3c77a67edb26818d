package dev.berth.cli;

import dev.berth.backup.KnownBackup;
import dev.berth.backup.KnownBackupCodec;
import dev.berth.cli.output.BackupTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code vmctl backup scan}. */
final class BackupScanCommand implements Command {
  private final Parameters.Deadline deadline;
  private final Parameter<String> directory;

  BackupScanCommand(Parameters parameters) {
    deadline = parameters.deadline();
    directory = parameters.argument("DIRECTORY", "The directory of backups, on the host.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Path where = session.environment().workingDirectory().resolve(directory.value());
    List<KnownBackup> all = session.host().backups().scan(where, deadline.options());
    session.output().result(() -> KnownBackupCodec.write(all), () -> BackupTable.rows(all));
    return ExitCodes.OK;
  }
}
