package dev.berth.cli;

import dev.berth.cli.output.DeviceTable;
import dev.berth.cli.output.Output;
import dev.berth.control.DeviceCodec;
import dev.berth.host.DeviceSummary;
import dev.berth.host.DomainRef;
import java.io.IOException;
import java.util.List;

/** {@code vmctl device list}. */
final class DeviceListCommand implements Command {
  private final Parameter<String> name;

  DeviceListCommand(Parameters parameters) {
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    List<DeviceSummary> devices = session.host().devices(DomainRef.of(name.value()));
    Output output = session.output();
    if (output.isForPeople() && output.isQuiet()) {
      for (DeviceSummary device : devices) {
        output.text(device.name());
      }
      return ExitCodes.OK;
    }
    output.result(() -> DeviceCodec.write(devices), () -> DeviceTable.rows(devices));
    return ExitCodes.OK;
  }
}
