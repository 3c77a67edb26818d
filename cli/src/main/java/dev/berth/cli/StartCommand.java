package dev.berth.cli;

import dev.berth.host.CallOptions;
import dev.berth.host.Resources;
import dev.berth.host.StartMode;
import java.io.IOException;

/** {@code vmctl start}. */
final class StartCommand implements Command {
  private final Parameter<Boolean> paused;
  private final Parameter<Boolean> discardSave;
  private final ResourceOptions given;
  private final Parameters.Deadline deadline;
  private final DomainNames domains;

  StartCommand(Parameters parameters) {
    paused = parameters.flag("--paused", "Leave the CPUs stopped before the first instruction.");
    discardSave =
        parameters.flag(
            "--discard-save", "Boot, though there is a managed save: that is dropped first.");
    given = new ResourceOptions(parameters);
    deadline = parameters.deadlineAndTurn();
    domains = new DomainNames(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    StartMode mode = paused.value() ? StartMode.PAUSED : StartMode.RUNNING;
    CallOptions options = deadline.options();
    try (Resources resources = given.open(session.environment())) {
      return domains.forEach(
          session,
          (host, domain) -> {
            if (discardSave.value()) {
              host.saves().discard(domain, options);
            }
            return host.start(domain, mode, resources, options);
          });
    }
  }
}
