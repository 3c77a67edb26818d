package dev.berth.cli.output;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.Consistency.Kind;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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

  /** All that is known of one. */
  public static String details(Backup backup) {
    List<String> lines = new ArrayList<>();
    lines.add("Name:     " + backup.name());
    lines.add("Domain:   " + backup.origin().domainName() + " (" + backup.origin().domain() + ")");
    lines.add("At:       " + backup.at());
    lines.add("Guest:    " + backup.consistency().kind().text());
    lines.add("By:       " + Printable.line(backup.origin().actor()));
    lines.add("Job:      " + backup.origin().job());
    lines.add("Folder:   " + Printable.line(backup.folder().toString()));
    Table table = new Table("DISK", "EXTENT", "SINCE", "BYTES", "SIZE", "SHA-256", "WHY");
    for (BackedUpDisk disk : backup.disks()) {
      table.row(
          Table.cell(Printable.line(disk.disk())),
          Table.cell(disk.extent().text()),
          Table.cell(disk.since().map(name -> name.text()).orElse("")),
          Table.cell(Long.toString(disk.content().fileBytes())),
          Table.cell(disk.content().size().toString()),
          Table.cell(Printable.line(disk.content().sha256())),
          Table.cell(Printable.line(reasons(backup, disk))));
    }
    return String.join("\n", lines) + "\n\n" + table.withoutEmptyColumns().lines();
  }
}
