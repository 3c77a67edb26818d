package dev.berth.cli;

import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.host.RestoreRequest.ChangedImages;
import dev.berth.host.RestoreRequest.Guest;
import java.io.IOException;

/** {@code vmctl restore}. */
final class RestoreCommand implements Command {
  private final Parameter<Boolean> running;
  private final Parameter<Boolean> paused;
  private final Parameter<Boolean> changedImages;
  private final ResourceOptions given;
  private final Parameters.Deadline deadline;
  private final Parameter<String> file;

  RestoreCommand(Parameters parameters) {
    running = parameters.flag("--running", "Let the guest run, though it was saved paused.");
    paused = parameters.flag("--paused", "Leave the guest paused, though it ran.");
    changedImages =
        parameters.flag(
            "--changed-images",
            "Go on though images were written to since, which may ruin the guest's file systems.");
    given = new ResourceOptions(parameters);
    deadline = parameters.deadlineAndTurn();
    file = parameters.argument("FILE", "The saved machine, on the host.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    if (running.value() && paused.value()) {
      throw new UsageException("Either --running or --paused.");
    }
    Guest guest = running.value() ? Guest.RUNNING : paused.value() ? Guest.PAUSED : Guest.AS_SAVED;
    RestoreRequest restore =
        new RestoreRequest(
            session.environment().workingDirectory().resolve(file.value()),
            guest,
            changedImages.value() ? ChangedImages.ACCEPT : ChangedImages.REFUSE);
    try (Resources resources = given.open(session.environment())) {
      DomainNames.print(
          session.output(), session.host().saves().restore(restore, resources, deadline.options()));
    }
    return ExitCodes.OK;
  }
}
