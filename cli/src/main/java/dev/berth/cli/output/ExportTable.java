package dev.berth.cli.output;

import dev.berth.backup.DiskExtents;
import dev.berth.backup.DiskExtents.DiskExtent;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;

/** Disks that are served, for people. */
public final class ExportTable {
  private ExportTable() {}

  /** The job, then a row for each disk. */
  public static String page(PullBackup served) {
    Table table = new Table("DISK", "EXTENT", "SINCE", "SIZE", "URI", "CHANGES", "WHY FULL");
    for (ExportedDisk disk : served.disks()) {
      table.row(
          Table.cell(Printable.line(disk.disk())),
          Table.cell(disk.extent().text()),
          Table.cell(disk.since().map(job -> job.text()).orElse("")),
          Table.cell(disk.size().toString()),
          Table.cell(served.uri(disk).toString()),
          Table.cell(disk.changes().orElse("")),
          Table.cell(Printable.line(disk.reason())));
    }
    return "job " + served.job() + "\n" + table.withoutEmptyColumns().lines();
  }

  /** A row for each extent, and where the next part begins. */
  public static String rows(DiskExtents extents) {
    Table table = new Table("OFFSET", "LENGTH", "DIRTY", "ZERO");
    for (DiskExtent extent : extents.extents()) {
      table.row(
          Table.cell(Long.toString(extent.offset())),
          Table.cell(Long.toString(extent.length())),
          Table.cell(extent.dirty() ? "yes" : "no"),
          Table.cell(extent.zero() ? "yes" : "no"));
    }
    String next = extents.next().isPresent() ? "next " + extents.next().getAsLong() + "\n" : "";
    return table.lines() + next;
  }
}
