package dev.berth.cli;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupCodec;
import dev.berth.backup.BackupName;
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
    Backup found =
        session.host().backups().list(directory, deadline.options()).stream()
            .filter(backup -> backup.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new NotFoundException(
                        "There is no backup '"
                            + name
                            + "' in '"
                            + directory
                            + "'. See 'vmctl backup list'."));
    session
        .output()
        .result(
            () -> BackupCodec.write(found).put("folder", found.folder().toString()),
            () -> BackupTable.details(found));
    return ExitCodes.OK;
  }
}
