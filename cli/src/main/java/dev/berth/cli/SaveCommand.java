package dev.berth.cli;

import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import java.io.IOException;
import java.time.Duration;

/** {@code vmctl save}. */
final class SaveCommand implements Command {
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> noWait;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> file;

  SaveCommand(Parameters parameters) {
    key =
        parameters.option(
            "--key", "KEY", text -> text, "The same call with the same key gives the same job.");
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "1h",
            "How long to wait for the file; the job goes on after that.");
    noWait = parameters.flag("--no-wait", "Print the job and do not wait for it.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    file = parameters.second("FILE", "Where to, on the host; not there yet.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Job job =
        session
            .host()
            .saves()
            .save(
                DomainRef.of(name.value()),
                session.environment().workingDirectory().resolve(file.value()),
                new JobOptions(key.given()),
                deadline.options());
    if (!noWait.value() && !job.status().state().isEnded()) {
      job = new JobWatch(session).await(job, timeout.value());
    }
    return JobResult.print(session, job);
  }
}
