package dev.berth.cli;

import dev.berth.host.CallOptions;
import java.io.IOException;

/** {@code vmctl pause}. */
final class PauseCommand implements Command {
  private final Parameters.Deadline deadline;
  private final DomainNames domains;

  PauseCommand(Parameters parameters) {
    deadline = parameters.deadlineAndTurn();
    domains = new DomainNames(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    CallOptions options = deadline.options();
    return domains.forEach(session, (host, domain) -> host.pause(domain, options));
  }
}
