package dev.berth.cli;

import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.Saves;
import dev.berth.job.Job;
import java.io.IOException;
import java.time.Duration;

/** {@code vmctl save}. */
final class SaveCommand implements Command {
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> noWait;
  private final Parameter<Boolean> discard;
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
    discard =
        parameters.flag(
            "--discard",
            "Save nothing: drop the save that the host keeps, so that the next start boots.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    file =
        parameters.optionalSecond(
            "FILE",
            "Where to, on the host; not there yet. Without it the host keeps the file, and the next"
                + " start goes on from it.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    if (discard.value()) {
      return discard(session);
    }
    Job job = save(session);
    if (!noWait.value() && !job.status().state().isEnded()) {
      job = new JobWatch(session).await(job, timeout.value());
    }
    return JobResult.print(session, job);
  }

  private Job save(Session session) throws IOException, InterruptedException {
    Saves saves = session.host().saves();
    DomainRef domain = DomainRef.of(name.value());
    JobOptions options = new JobOptions(key.given());
    return file.given().isPresent()
        ? saves.save(
            domain,
            session.environment().workingDirectory().resolve(file.value()),
            options,
            deadline.options())
        : saves.save(domain, options, deadline.options());
  }

  private int discard(Session session) throws IOException, InterruptedException {
    if (file.given().isPresent()) {
      throw new UsageException("--discard is about the save that the host keeps: give no FILE.");
    }
    DomainNames.print(
        session.output(),
        session.host().saves().discard(DomainRef.of(name.value()), deadline.options()));
    return ExitCodes.OK;
  }
}
