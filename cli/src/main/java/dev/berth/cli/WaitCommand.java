package dev.berth.cli;

import dev.berth.control.DomainCodec;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.host.DomainRef;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/** {@code vmctl wait}. */
final class WaitCommand implements Command {
  private final Parameter<Set<DomainState>> states;
  private final Parameter<Duration> timeout;
  private final Parameter<String> name;

  WaitCommand(Parameters parameters) {
    states =
        parameters.required(
            "--for", "STATE[,STATE]", StateArgument::parse, "The states to wait for, any of them.");
    timeout =
        parameters.option(
            "--timeout", "DURATION", DurationArgument::parse, "60s", "How long to wait.");
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    DomainRef domain = DomainRef.of(name.value());
    DomainSnapshot snapshot = session.host().await(domain, states.value(), timeout.value());
    session.output().result(() -> DomainCodec.write(snapshot), () -> sentence(snapshot));
    return ExitCodes.OK;
  }

  private static String sentence(DomainSnapshot snapshot) {
    DomainStatus status = snapshot.status();
    return snapshot.name() + ": " + status.state().text() + " (" + status.reason().text() + ")";
  }
}
