package dev.berth.cli;

import dev.berth.backup.KnownBackup;
import dev.berth.backup.KnownBackupCodec;
import dev.berth.cli.output.BackupTable;
import dev.berth.cli.output.Output;
import dev.berth.host.Backups;
import dev.berth.host.DomainRef;
import java.io.IOException;
import java.util.List;

/** {@code vmctl backup list}. */
final class BackupListCommand implements Command {
  private final Parameters.Deadline deadline;
  private final Parameter<String> place;

  BackupListCommand(Parameters parameters) {
    deadline = parameters.deadline();
    place =
        parameters.argument(
            "DIRECTORY|NAME",
            "The directory of backups, on the host: with a '/' in it, or '.'. Or a domain, by name"
                + " or UUID: then all directories that are known to have any of it.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    boolean isDirectory = place.value().contains("/") || place.value().startsWith(".");
    Backups backups = session.host().backups();
    List<KnownBackup> all =
        isDirectory
            ? backups.known(
                session.environment().workingDirectory().resolve(place.value()), deadline.options())
            : backups.known(DomainRef.of(place.value()), deadline.options());
    Output output = session.output();
    if (output.isForPeople() && output.isQuiet()) {
      for (KnownBackup known : all) {
        output.text(isDirectory ? known.name() : known.folder().toString());
      }
      return ExitCodes.OK;
    }
    output.result(
        () -> KnownBackupCodec.write(all),
        () -> isDirectory ? BackupTable.rows(all) : BackupTable.rowsWithDirectories(all));
    return ExitCodes.OK;
  }
}
