package dev.berth.cli;

import dev.berth.job.Job;
import java.io.IOException;
import java.time.Duration;

/** {@code vmctl job wait}. */
final class JobWaitCommand implements Command {
  private final Parameter<Duration> timeout;
  private final Parameter<String> id;

  JobWaitCommand(Parameters parameters) {
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "60s",
            "How long to wait; the job goes on after that.");
    id = parameters.argument(JobResult.LABEL, JobResult.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Job job = session.host().job(JobResult.id(id.value()));
    return JobResult.print(session, new JobWatch(session).await(job, timeout.value()));
  }
}
