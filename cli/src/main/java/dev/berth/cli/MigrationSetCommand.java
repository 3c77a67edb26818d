package dev.berth.cli;

import dev.berth.control.ResultCodec;
import dev.berth.domain.ByteSize;
import dev.berth.host.DomainRef;
import dev.berth.host.MigrationPace;
import dev.berth.host.VerbResult;
import java.io.IOException;
import java.time.Duration;

/** {@code vmctl migration set}. */
final class MigrationSetCommand implements Command {
  private final Parameter<ByteSize> speed;
  private final Parameter<Duration> downtime;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;

  MigrationSetCommand(Parameters parameters) {
    speed =
        parameters.option(
            "--speed", "SIZE", CommandName::size, "Send no more in a second. Default: as it is");
    downtime =
        parameters.option(
            "--downtime",
            "DURATION",
            DurationArgument::parse,
            "How long the guest may stand, by QEMU's estimate. Default: as it is");
    deadline = parameters.deadline();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    MigrationPace pace = new MigrationPace(speed.given().map(ByteSize::bytes), downtime.given());
    VerbResult result =
        session.host().migrations().setPace(DomainRef.of(name.value()), pace, deadline.options());
    session
        .output()
        .result(() -> ResultCodec.write(result), () -> result.snapshot().name() + ": set");
    return ExitCodes.OK;
  }
}
