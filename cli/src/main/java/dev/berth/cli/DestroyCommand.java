package dev.berth.cli;

import dev.berth.host.CallOptions;
import java.io.IOException;
import java.time.Duration;

/** {@code vmctl destroy}. */
final class DestroyCommand implements Command {
  private final Parameter<Duration> grace;
  private final Parameters.Deadline deadline;
  private final DomainNames domains;

  DestroyCommand(Parameters parameters) {
    grace =
        parameters.option(
            "--grace",
            "DURATION",
            DurationArgument::parse,
            "10s",
            "How long QEMU may take to end by itself before it is killed.");
    deadline = parameters.deadline();
    domains = new DomainNames(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    CallOptions options = deadline.options();
    return domains.forEach(session, (host, domain) -> host.destroy(domain, grace.value(), options));
  }
}
