package dev.berth.cli.output;

import dev.berth.host.DeviceSummary;
import java.util.List;

/** Other devices for people. */
public final class DeviceTable {
  private DeviceTable() {}

  /** A row for each device. */
  public static String rows(List<DeviceSummary> devices) {
    Table table = new Table("DEVICE", "IN", "PLACE", "NOTE");
    for (DeviceSummary device : devices) {
      table.row(
          Table.cell(Printable.line(device.name())),
          DeviceCells.owner(device.scope()),
          DeviceCells.place(device.place()),
          DeviceCells.note(device.leaving()));
    }
    return table.withoutEmptyColumns().lines();
  }
}
