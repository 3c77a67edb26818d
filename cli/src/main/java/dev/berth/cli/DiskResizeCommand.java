package dev.berth.cli;

import dev.berth.control.ResultCodec;
import dev.berth.domain.ByteSize;
import dev.berth.host.DomainRef;
import dev.berth.host.Shrinking;
import dev.berth.host.VerbResult;
import java.io.IOException;

/** {@code vmctl disk resize}. */
final class DiskResizeCommand implements Command {
  private final Parameter<Boolean> shrink;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> disk;
  private final Parameter<String> size;

  DiskResizeCommand(Parameters parameters) {
    shrink = parameters.flag("--shrink", "Make it smaller too: what is at its end is lost.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    disk = parameters.second("DISK", "The disk's name in the domain.");
    size = parameters.third("SIZE", "What it shall have, such as 20GiB.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    ByteSize wanted =
        ByteSize.parse(size.value())
            .orElseThrow(() -> new UsageException("SIZE is a number with a unit, such as 20GiB."));
    VerbResult result =
        session
            .host()
            .resizeDisk(
                DomainRef.of(name.value()),
                disk.value(),
                wanted,
                shrink.value() ? Shrinking.ALLOWED : Shrinking.REFUSED,
                deadline.options());
    session
        .output()
        .result(
            () -> ResultCodec.write(result),
            () -> result.snapshot().name() + ": disk '" + disk.value() + "' has " + wanted);
    return ExitCodes.OK;
  }
}
