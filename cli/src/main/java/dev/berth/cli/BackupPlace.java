package dev.berth.cli;

import dev.berth.backup.BackupName;
import java.nio.file.Path;

/** The arguments that name a backup: its directory on the host, and what it is called there. */
final class BackupPlace {
  private final Parameter<String> directory;
  private final Parameter<String> backup;

  BackupPlace(Parameters parameters) {
    directory = parameters.argument("DIRECTORY", "The directory of backups, on the host.");
    backup = parameters.second("BACKUP", "The backup, by its name there.");
  }

  Path directory(Session session) {
    return session.environment().workingDirectory().resolve(directory.value());
  }

  BackupName name() {
    return new BackupName(backup.value());
  }
}
