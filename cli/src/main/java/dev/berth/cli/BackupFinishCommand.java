package dev.berth.cli;

import dev.berth.job.Job;
import java.io.IOException;
import java.time.Duration;

/** {@code vmctl backup finish}. */
final class BackupFinishCommand implements Command {
  private final Parameter<Duration> timeout;
  private final Parameters.Deadline deadline;
  private final Parameter<String> id;

  BackupFinishCommand(Parameters parameters) {
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "5m",
            "How long to wait until all is freed; the job goes on after that.");
    deadline = parameters.deadline();
    id = parameters.argument(JobResult.LABEL, JobResult.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Job job = session.host().backups().finishExport(JobResult.id(id.value()), deadline.options());
    return JobResult.print(session, new JobWatch(session).await(job, timeout.value()));
  }
}
