package dev.berth.cli;

import dev.berth.domain.DurationText;
import dev.berth.error.DeadlineExceededException;
import dev.berth.host.DomainRef;
import dev.berth.host.ExportRequest;
import dev.berth.host.JobOptions;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.qmp.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** {@code vmctl backup export}. */
final class BackupExportCommand implements Command {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final Parameter<Path> scratch;
  private final Parameter<String> since;
  private final Parameter<List<String>> disks;
  private final Parameter<Duration> lifetime;
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;

  BackupExportCommand(Parameters parameters) {
    scratch =
        parameters.required(
            "--scratch",
            "DIRECTORY",
            Path::of,
            "A directory on the host for what the guest overwrites meanwhile; it is there.");
    since =
        parameters.option(
            "--since",
            "JOB",
            text -> text,
            "Tell what was written since the backup or export of that job.");
    disks = parameters.repeated("--disk", "DISK", "Only this disk; may be given again.");
    lifetime =
        parameters.option(
            "--lifetime",
            "DURATION",
            DurationArgument::parse,
            "End it after that time, as one that failed.");
    key =
        parameters.option(
            "--key", "KEY", text -> text, "The same call with the same key gives the same job.");
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "5m",
            "How long to wait until it serves; the job goes on after that.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    ExportRequest request =
        new ExportRequest(
            Set.copyOf(disks.given().orElse(List.of())),
            since.given().map(JobId::new),
            session.environment().workingDirectory().resolve(scratch.value()),
            lifetime.given());
    Job job =
        session
            .host()
            .backups()
            .export(
                DomainRef.of(name.value()),
                request,
                new JobOptions(key.given()),
                deadline.options());
    Job now = begun(session.host(), job);
    return now.status().state().isEnded()
        ? JobResult.print(session, now)
        : ExportResult.print(session, now.id(), deadline.options());
  }

  /** The job once it serves, or has ended. */
  private Job begun(VmHost host, Job job) {
    Deadline wait = Deadline.of(timeout.value());
    Job now = job;
    while (now.status().phase().equals("preparing")) {
      if (wait.hasPassed()) {
        throw new DeadlineExceededException(
            "After "
                + DurationText.print(timeout.value())
                + " job "
                + job.id()
                + " does not serve yet.");
      }
      now = look(host, job.id());
    }
    return now;
  }

  private static Job look(VmHost host, JobId job) {
    try {
      return host.awaitJob(job, LOOK_AGAIN);
    } catch (DeadlineExceededException goesOn) {
      return host.job(job);
    }
  }
}
