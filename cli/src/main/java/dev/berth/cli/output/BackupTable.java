package dev.berth.cli.output;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.Consistency.Kind;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Backups for people. */
public final class BackupTable {
  private BackupTable() {}

  /** A row for each disk of each backup. */
  public static String rows(List<Backup> backups) {
    Table table =
        new Table(
            "BACKUP",
            "DOMAIN",
            "AT",
            "DISK",
            "EXTENT",
            "SINCE",
            "BYTES",
            "SIZE",
            "CONSISTENT",
            "WHY");
    for (Backup backup : backups) {
      for (BackedUpDisk disk : backup.disks()) {
        table.row(
            Table.cell(backup.name().text()),
            Table.cell(backup.origin().domainName().text()),
            Table.cell(backup.at().truncatedTo(ChronoUnit.SECONDS).toString()),
            Table.cell(Printable.line(disk.disk())),
            Table.cell(disk.extent().text()),
            Table.cell(disk.since().map(name -> name.text()).orElse("")),
            Table.cell(Long.toString(disk.content().fileBytes())),
            Table.cell(disk.content().size().toString()),
            Table.cell(backup.consistency().kind() == Kind.APPLICATION ? "application" : "crash"),
            Table.cell(Printable.line(reasons(backup, disk))));
      }
    }
    return table.withoutEmptyColumns().lines();
  }

  private static String reasons(Backup backup, BackedUpDisk disk) {
    return Stream.of(disk.reason(), backup.consistency().reason())
        .filter(reason -> !reason.isEmpty())
        .collect(Collectors.joining("; "));
  }
}
