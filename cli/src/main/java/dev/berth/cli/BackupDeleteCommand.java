package dev.berth.cli;

import dev.berth.json.Json;
import java.io.IOException;
import java.nio.file.Path;

/** {@code vmctl backup delete}. */
final class BackupDeleteCommand implements Command {
  private final Parameters.Deadline deadline;
  private final BackupPlace place;

  BackupDeleteCommand(Parameters parameters) {
    deadline = parameters.deadlineAndTurn();
    place = new BackupPlace(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Path directory = place.directory(session);
    session.host().backups().delete(directory, place.name(), deadline.options());
    session
        .output()
        .result(
            () ->
                Json.object()
                    .put("directory", directory.toString())
                    .put("backup", place.name().text()),
            () -> place.name() + ": deleted");
    return ExitCodes.OK;
  }
}
