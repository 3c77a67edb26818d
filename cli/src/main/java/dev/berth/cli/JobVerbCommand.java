package dev.berth.cli;

import dev.berth.cli.output.JobTable;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import dev.berth.job.JobId;
import java.io.IOException;
import java.util.function.BiFunction;

/** {@code vmctl job cancel}, {@code pause} and {@code resume}. */
final class JobVerbCommand implements Command {
  private final BiFunction<VmHost, JobId, Job> verb;
  private final Parameter<String> id;

  JobVerbCommand(Parameters parameters, BiFunction<VmHost, JobId, Job> verb) {
    this.verb = verb;
    this.id = parameters.argument(JobResult.LABEL, JobResult.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Job job = verb.apply(session.host(), JobResult.id(id.value()));
    session.output().result(() -> JobCodec.write(job), () -> JobTable.sentence(job));
    return ExitCodes.OK;
  }
}
