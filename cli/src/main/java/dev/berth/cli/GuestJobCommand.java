package dev.berth.cli;

import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code vmctl disk detach}, {@code vmctl cpu set} and the like: the guest may have to let go of
 * something, so that it is a job.
 */
final class GuestJobCommand implements Command {
  private final ScopeOptions scope;
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> noWait;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> subject;
  private final Begin begin;

  /** The call on the host. */
  interface Begin {
    Job on(
        VmHost host,
        DomainRef domain,
        String subject,
        EditScope scope,
        JobOptions job,
        CallOptions options);
  }

  /**
   * A command.
   *
   * @param argument what it is about, in its synopsis
   * @param summary of that argument
   */
  GuestJobCommand(Parameters parameters, String argument, String summary, Begin begin) {
    this.begin = begin;
    scope = new ScopeOptions(parameters);
    key =
        parameters.option(
            "--key", "KEY", text -> text, "The same call with the same key gives the same job.");
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "60s",
            "How long to wait for the guest to let go; the job goes on after that.");
    noWait = parameters.flag("--no-wait", "Print the job and do not wait for it.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    subject = parameters.second(argument, summary);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    VmHost host = session.host();
    Optional<String> named = key.given();
    Job job =
        begin.on(
            host,
            DomainRef.of(name.value()),
            subject.value(),
            scope.scope(),
            new JobOptions(named),
            deadline.options());
    if (!noWait.value() && !job.status().state().isEnded()) {
      job = new JobWatch(session).await(job, timeout.value());
    }
    return JobResult.print(session, job);
  }
}
