package dev.berth.cli.output;

import dev.berth.backup.Checkpoint;
import dev.berth.backup.Checkpoint.MarkedDisk;
import java.util.List;
import java.util.Locale;

/** Checkpoints for people. */
public final class CheckpointTable {
  private CheckpointTable() {}

  /** A row for each disk of each checkpoint. */
  public static String rows(List<Checkpoint> checkpoints) {
    Table table = new Table("NUMBER", "CHECKPOINT", "BACKUP'S JOB", "DISK", "STATE", "DIRTY BYTES");
    for (Checkpoint checkpoint : checkpoints) {
      for (MarkedDisk disk : checkpoint.disks()) {
        table.row(
            Table.cell(Long.toString(checkpoint.sequence())),
            Table.cell(checkpoint.name().map(name -> name.text()).orElse("")),
            Table.cell(checkpoint.name().isPresent() ? "" : checkpoint.job().text()),
            Table.cell(Printable.line(disk.disk())),
            Table.cell(disk.state().name().toLowerCase(Locale.ROOT)),
            Table.cell(Long.toString(disk.dirtyBytes())));
      }
    }
    return table.withoutEmptyColumns().lines();
  }
}
