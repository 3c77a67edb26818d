package dev.berth.cli;

import dev.berth.host.CallOptions;
import dev.berth.host.VmHost;
import java.io.IOException;

/** {@code vmctl resume}. */
final class ResumeCommand implements Command {
  private final Parameters.Deadline deadline;
  private final DomainNames domains;

  ResumeCommand(Parameters parameters) {
    deadline = parameters.deadline();
    domains = new DomainNames(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    VmHost host = session.host();
    CallOptions options = deadline.options();
    return domains.forEach(session, domain -> host.resume(domain, options));
  }
}
