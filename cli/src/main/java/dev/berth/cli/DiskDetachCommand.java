package dev.berth.cli;

import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** {@code vmctl disk detach}. */
final class DiskDetachCommand implements Command {
  private final ScopeOptions scope;
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> noWait;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> disk;

  DiskDetachCommand(Parameters parameters) {
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
    deadline = parameters.deadline();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    disk = parameters.second("DISK", "The disk's name in the domain.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    VmHost host = session.host();
    Optional<String> named = key.given();
    Job job =
        host.detachDisk(
            DomainRef.of(name.value()),
            disk.value(),
            scope.scope(),
            new JobOptions(named),
            deadline.options());
    if (!noWait.value() && !job.status().state().isEnded()) {
      job = host.awaitJob(job.id(), timeout.value());
    }
    return JobResult.print(session, job);
  }
}
