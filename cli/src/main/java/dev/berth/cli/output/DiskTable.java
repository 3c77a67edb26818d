package dev.berth.cli.output;

import dev.berth.host.DiskSummary;
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
          DeviceCells.owner(disk.scope()),
          DeviceCells.place(disk.place()),
          Table.cell(Printable.line(disk.source().orElse(""))),
          DeviceCells.note(disk.leaving()));
    }
    return table.withoutEmptyColumns().lines();
  }
}
