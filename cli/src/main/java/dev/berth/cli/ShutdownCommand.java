package dev.berth.cli;

import dev.berth.host.CallOptions;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.ShutdownPolicy.Afterwards;
import java.io.IOException;
import java.time.Duration;

/** {@code vmctl shutdown}. */
final class ShutdownCommand implements Command {
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> destroyAfter;
  private final Parameters.Deadline deadline;
  private final DomainNames domains;

  ShutdownCommand(Parameters parameters) {
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "60s",
            "How long the guest may take.");
    destroyAfter =
        parameters.flag("--destroy-after", "Destroy a guest that is still running after that.");
    deadline = parameters.deadlineAndTurn();
    domains = new DomainNames(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    ShutdownPolicy policy =
        new ShutdownPolicy(
            timeout.value(), destroyAfter.value() ? Afterwards.DESTROY : Afterwards.KEEP_RUNNING);
    CallOptions options = deadline.options();
    return domains.forEach(session, (host, domain) -> host.shutdown(domain, policy, options));
  }
}
