package dev.berth.cli.output;

import dev.berth.host.NicSummary;
import java.util.List;

/** Network interfaces for people. */
public final class NicTable {
  private NicTable() {}

  /** A row for each interface. */
  public static String rows(List<NicSummary> nics) {
    Table table = new Table("NAME", "NETWORK", "MAC", "SERVED BY", "IN", "PLACE", "NOTE");
    for (NicSummary nic : nics) {
      table.row(
          Table.cell(nic.name()),
          Table.cell(Printable.line(nic.network())),
          Table.cell(Printable.line(nic.mac().orElse(""))),
          Table.cell(Printable.line(served(nic))),
          DeviceCells.owner(nic.scope()),
          DeviceCells.place(nic.place()),
          DeviceCells.note(nic.leaving()));
    }
    return table.withoutEmptyColumns().lines();
  }

  private static String served(NicSummary nic) {
    String reason = nic.servedReason().map(why -> ": " + why).orElse("");
    return nic.servedBy().orElse("") + reason;
  }
}
