package dev.berth.cli.output;

import dev.berth.host.DiskSummary;
import dev.berth.host.EditScope;
import java.util.List;

/** Disks for people. */
public final class DiskTable {
  private DiskTable() {}

  /** A row for each disk. */
  public static String rows(List<DiskSummary> disks) {
    Table table = new Table("NAME", "DEVICE", "IN", "PLACE", "SOURCE", "NOTE");
    for (DiskSummary disk : disks) {
      table.row(
          Table.cell(disk.name()),
          Table.cell(Printable.line(disk.device())),
          Table.cell(owner(disk.scope())),
          Table.cell(Printable.line(disk.place().orElse(""))),
          Table.cell(Printable.line(disk.source().orElse(""))),
          Table.cell(disk.leaving().map(job -> "leaving: job " + job).orElse("")));
    }
    return table.withoutEmptyColumns().lines();
  }

  private static String owner(EditScope scope) {
    return switch (scope) {
      case LIVE -> "machine";
      case CONFIG -> "definition";
      case BOTH -> "both";
    };
  }
}
