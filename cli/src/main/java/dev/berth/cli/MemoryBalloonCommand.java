package dev.berth.cli;

import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import java.io.IOException;
import java.time.Duration;

/** {@code vmctl memory balloon}. */
final class MemoryBalloonCommand implements Command {
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> noWait;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> size;

  MemoryBalloonCommand(Parameters parameters) {
    key =
        parameters.option(
            "--key", "KEY", text -> text, "The same call with the same key gives the same job.");
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "60s",
            "How long to wait for the guest; the job goes on after that.");
    noWait = parameters.flag("--no-wait", "Print the job and do not wait for it.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    size = parameters.second("SIZE", "What its balloon shall leave it, such as 2GiB.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Job job =
        session
            .host()
            .setBalloon(
                DomainRef.of(name.value()),
                CommandName.size(size.value()),
                new JobOptions(key.given()),
                deadline.options());
    if (!noWait.value() && !job.status().state().isEnded()) {
      job = new JobWatch(session).await(job, timeout.value());
    }
    return JobResult.print(session, job);
  }
}
