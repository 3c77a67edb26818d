package dev.berth.cli;

import dev.berth.host.CallOptions;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import java.io.IOException;
import java.time.Duration;

/**
 * The options of a command that begins a job about an image or a backup: its key, and whether to
 * wait.
 */
final class JobWaiting {
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> noWait;
  private final Parameters.Deadline deadline;

  JobWaiting(Parameters parameters) {
    key =
        parameters.option(
            "--key", "KEY", text -> text, "The same call with the same key gives the same job.");
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "24h",
            "How long to wait for the job; it goes on after that.");
    noWait = parameters.flag("--no-wait", "Print the job and do not wait for it.");
    deadline = parameters.deadlineAndTurn();
  }

  JobOptions job() {
    return new JobOptions(key.given());
  }

  CallOptions call() {
    return deadline.options();
  }

  /** Waits for the job if that is wanted, and prints it. */
  int finish(Session session, Job begun) throws IOException, InterruptedException {
    Job job = begun;
    if (!noWait.value() && !job.status().state().isEnded()) {
      job = new JobWatch(session).await(job, timeout.value());
    }
    return JobResult.print(session, job);
  }
}
