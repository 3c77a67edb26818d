package dev.berth.cli;

import dev.berth.cli.output.JobTable;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import java.io.IOException;

/** {@code vmctl job cancel}. */
final class JobCancelCommand implements Command {
  private final Parameter<String> id;

  JobCancelCommand(Parameters parameters) {
    id = parameters.argument(JobResult.LABEL, JobResult.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Job job = session.host().cancelJob(JobResult.id(id.value()));
    session.output().result(() -> JobCodec.write(job), () -> JobTable.sentence(job));
    return ExitCodes.OK;
  }
}
