package dev.berth.cli;

import dev.berth.cli.output.DiskTable;
import dev.berth.cli.output.Output;
import dev.berth.control.DiskCodec;
import dev.berth.host.DiskSummary;
import dev.berth.host.DomainRef;
import java.io.IOException;
import java.util.List;

/** {@code vmctl disk list}. */
final class DiskListCommand implements Command {
  private final Parameter<String> name;

  DiskListCommand(Parameters parameters) {
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    List<DiskSummary> disks = session.host().disks(DomainRef.of(name.value()));
    Output output = session.output();
    if (output.isForPeople() && output.isQuiet()) {
      for (DiskSummary disk : disks) {
        output.text(disk.name());
      }
      return ExitCodes.OK;
    }
    output.result(() -> DiskCodec.write(disks), () -> DiskTable.rows(disks));
    return ExitCodes.OK;
  }
}
