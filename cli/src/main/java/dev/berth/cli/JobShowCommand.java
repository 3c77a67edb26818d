package dev.berth.cli;

import dev.berth.cli.output.JobTable;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import java.io.IOException;

/** {@code vmctl job show}. */
final class JobShowCommand implements Command {
  private final Parameter<String> id;

  JobShowCommand(Parameters parameters) {
    id = parameters.argument(JobResult.LABEL, JobResult.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Job job = session.host().job(JobResult.id(id.value()));
    session
        .output()
        .result(
            () -> JobCodec.write(job),
            () -> JobTable.page(job, session.environment().clock().instant()));
    return ExitCodes.OK;
  }
}
