package dev.berth.cli;

import dev.berth.backup.BackupName;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.KnownBackupCodec;
import dev.berth.cli.output.BackupTable;
import dev.berth.error.NotFoundException;
import java.io.IOException;
import java.nio.file.Path;

/** {@code vmctl backup show}. */
final class BackupShowCommand implements Command {
  private final Parameters.Deadline deadline;
  private final BackupPlace place;

  BackupShowCommand(Parameters parameters) {
    deadline = parameters.deadline();
    place = new BackupPlace(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Path directory = place.directory(session);
    BackupName name = place.name();
    KnownBackup found =
        session.host().backups().known(directory, deadline.options()).stream()
            .filter(known -> known.name().equals(name.text()))
            .findFirst()
            .orElseThrow(
                () ->
                    new NotFoundException(
                        "There is no backup '"
                            + name
                            + "' in '"
                            + directory
                            + "'. See 'vmctl backup list'."));
    session.output().result(() -> KnownBackupCodec.write(found), () -> BackupTable.details(found));
    return ExitCodes.OK;
  }
}
