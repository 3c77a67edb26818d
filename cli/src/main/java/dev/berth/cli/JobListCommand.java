package dev.berth.cli;

import dev.berth.cli.output.JobTable;
import dev.berth.cli.output.Output;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import java.io.IOException;
import java.util.List;

/** {@code vmctl job list}. */
final class JobListCommand implements Command {
  private final Parameter<Boolean> running;

  JobListCommand(Parameters parameters) {
    running = parameters.flag("--running", "Only those that go on.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Output output = session.output();
    List<Job> jobs =
        session.host().jobs().stream()
            .filter(job -> !running.value() || !job.status().state().isEnded())
            .toList();
    if (output.isForPeople() && output.isQuiet()) {
      for (Job job : jobs) {
        output.text(job.id().text());
      }
      return ExitCodes.OK;
    }
    output.result(
        () -> JobCodec.write(jobs),
        () -> JobTable.rows(jobs, session.environment().clock().instant()));
    return ExitCodes.OK;
  }
}
