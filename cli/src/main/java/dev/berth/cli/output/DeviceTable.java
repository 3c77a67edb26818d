package dev.berth.cli.output;

import dev.berth.host.DeviceSummary;
import java.util.List;

/** Other devices for people. */
public final class DeviceTable {
  private DeviceTable() {}

  /** A row for each device. */
  public static String rows(List<DeviceSummary> devices) {
    Table table = new Table("DEVICE", "KIND", "IN", "PLACE", "SOCKET", "NOTE");
    for (DeviceSummary device : devices) {
      table.row(
          Table.cell(Printable.line(device.name())),
          Table.cell(device.kind().equals(device.name()) ? "" : device.kind()),
          DeviceCells.owner(device.scope()),
          DeviceCells.place(device.place()),
          Table.cell(device.socket().map(socket -> Printable.line(socket.toString())).orElse("")),
          DeviceCells.note(device.leaving()));
    }
    return table.withoutEmptyColumns().lines();
  }
}
