package dev.berth.cli;

import dev.berth.host.CallOptions;
import java.io.IOException;

/** {@code vmctl nmi}. */
final class NmiCommand implements Command {
  private final Parameters.Deadline deadline;
  private final DomainNames domains;

  NmiCommand(Parameters parameters) {
    deadline = parameters.deadlineAndTurn();
    domains = new DomainNames(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    CallOptions options = deadline.options();
    return domains.forEach(session, (host, domain) -> host.injectNmi(domain, options));
  }
}
