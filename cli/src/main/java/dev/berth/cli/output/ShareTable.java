package dev.berth.cli.output;

import dev.berth.host.ShareSummary;
import java.nio.file.Path;
import java.util.List;

/** Shares for people. */
public final class ShareTable {
  private ShareTable() {}

  /** A row for each share. */
  public static String rows(List<ShareSummary> shares) {
    Table table = new Table("NAME", "TAG", "SOURCE", "STATE", "IN", "PLACE", "NOTE");
    for (ShareSummary share : shares) {
      table.row(
          Table.cell(share.name()),
          Table.cell(Printable.line(share.tag())),
          Table.cell(Printable.line(share.source().map(Path::toString).orElse(""))),
          Table.cell(share.lost() ? "lost" : ""),
          DeviceCells.owner(share.scope()),
          DeviceCells.place(share.place()),
          DeviceCells.note(share.leaving()));
    }
    return table.withoutEmptyColumns().lines();
  }
}
