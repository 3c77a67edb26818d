package dev.berth.cli.output;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.Consistency.Kind;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.KnownBackup.Chain;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Backups for people. */
public final class BackupTable {
  private BackupTable() {}

  /** A row for each disk of each backup. */
  public static String rows(List<KnownBackup> backups) {
    return rows(backups, Places.ONE);
  }

  /** The same of backups that are not all in one directory. */
  public static String rowsWithDirectories(List<KnownBackup> backups) {
    return rows(backups, Places.MANY);
  }

  private enum Places {
    ONE,
    MANY
  }

  private static String rows(List<KnownBackup> backups, Places places) {
    Table table =
        new Table(
            "BACKUP",
            "DIRECTORY",
            "DOMAIN",
            "AT",
            "DISK",
            "EXTENT",
            "SINCE",
            "BYTES",
            "SIZE",
            "CONSISTENT",
            "STATE",
            "WHY");
    for (KnownBackup known : backups) {
      Optional<Backup> backup = known.backup();
      for (Chain chain : known.chains()) {
        Optional<BackedUpDisk> disk = backup.flatMap(it -> it.disk(chain.disk()));
        table.row(
            Table.cell(Printable.line(known.name())),
            Table.cell(
                places == Places.ONE
                    ? ""
                    : Printable.line(String.valueOf(known.folder().getParent()))),
            Table.cell(backup.map(it -> it.origin().domainName().text()).orElse("")),
            Table.cell(
                backup.map(it -> it.at().truncatedTo(ChronoUnit.SECONDS).toString()).orElse("")),
            Table.cell(Printable.line(chain.disk())),
            Table.cell(disk.map(it -> it.extent().text()).orElse("")),
            Table.cell(disk.flatMap(BackedUpDisk::since).map(name -> name.text()).orElse("")),
            Table.cell(disk.map(it -> Long.toString(it.content().fileBytes())).orElse("")),
            Table.cell(disk.map(it -> it.content().size().toString()).orElse("")),
            Table.cell(backup.map(BackupTable::consistency).orElse("")),
            Table.cell(chain.state().text()),
            Table.cell(Printable.line(reasons(known, chain))));
      }
    }
    return table.withoutEmptyColumns().lines();
  }

  private static String consistency(Backup backup) {
    return backup.consistency().kind() == Kind.APPLICATION ? "application" : "crash";
  }

  /**
   * Why its state is as it is, and why there is more of it, or it is less consistent, than wanted.
   */
  private static String reasons(KnownBackup known, Chain chain) {
    Stream<String> told =
        known.backup().stream()
            .flatMap(
                backup ->
                    Stream.of(
                        backup.disk(chain.disk()).map(BackedUpDisk::reason).orElse(""),
                        backup.consistency().reason()));
    return Stream.concat(Stream.of(chain.reason()), told)
        .filter(reason -> !reason.isEmpty())
        .collect(Collectors.joining("; "));
  }

  /** All that is known of one. */
  public static String details(KnownBackup known) {
    List<String> lines = new ArrayList<>();
    lines.add("Name:     " + Printable.line(known.name()));
    known.backup().ifPresent(backup -> describe(backup, lines));
    lines.add("Folder:   " + Printable.line(known.folder().toString()));
    Table table =
        new Table("DISK", "EXTENT", "SINCE", "BYTES", "SIZE", "SHA-256", "GIVEN", "STATE", "WHY");
    for (Chain chain : known.chains()) {
      Optional<BackedUpDisk> disk = known.backup().flatMap(it -> it.disk(chain.disk()));
      table.row(
          Table.cell(Printable.line(chain.disk())),
          Table.cell(disk.map(it -> it.extent().text()).orElse("")),
          Table.cell(disk.flatMap(BackedUpDisk::since).map(name -> name.text()).orElse("")),
          Table.cell(disk.map(it -> Long.toString(it.content().fileBytes())).orElse("")),
          Table.cell(disk.map(it -> it.content().size().toString()).orElse("")),
          Table.cell(disk.map(it -> Printable.line(it.content().sha256())).orElse("")),
          Table.cell(disk.filter(it -> !it.isInFolder()).map(BackupTable::file).orElse("")),
          Table.cell(chain.state().text()),
          Table.cell(Printable.line(reasons(known, chain))));
    }
    return String.join("\n", lines) + "\n\n" + table.withoutEmptyColumns().lines();
  }

  private static String file(BackedUpDisk disk) {
    return Printable.line(disk.file().toString());
  }

  private static void describe(Backup backup, List<String> lines) {
    lines.add("Domain:   " + backup.origin().domainName() + " (" + backup.origin().domain() + ")");
    lines.add("At:       " + backup.at());
    lines.add("Guest:    " + backup.consistency().kind().text());
    lines.add("By:       " + Printable.line(backup.origin().actor()));
    lines.add("Job:      " + backup.origin().job());
  }
}
