package dev.berth.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.job.Job;
import dev.berth.json.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** {@code vmctl migrate}. */
final class MigrateCommand implements Command {
  private final MigrationOptions options;
  private final Parameter<Boolean> dryRun;
  private final Parameter<Boolean> offline;
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> noWait;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;

  MigrateCommand(Parameters parameters) {
    options = new MigrationOptions(parameters);
    dryRun =
        parameters.flag("--dry-run", "Only say what speaks against it, here and there, all of it.");
    offline =
        parameters.flag(
            "--offline", "Move a domain that is shut off; with --with-storage, its images, too.");
    key =
        parameters.option(
            "--key", "KEY", text -> text, "The same call with the same key gives the same job.");
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "24h",
            "How long to wait for the end; the job goes on after that.");
    noWait = parameters.flag("--no-wait", "Print the job and do not wait for it.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    DomainRef domain = DomainRef.of(name.value());
    MigrationRequest request = options.request();
    if (dryRun.value()) {
      return print(
          session, session.host().migrations().obstacles(domain, request, deadline.options()));
    }
    Job job = offline.value() ? migrateOffline(session, domain) : migrate(session, domain);
    if (!noWait.value() && !job.status().state().isEnded()) {
      job = new JobWatch(session).await(job, timeout.value());
    }
    return JobResult.print(session, job);
  }

  private Job migrateOffline(Session session, DomainRef domain)
      throws IOException, InterruptedException {
    if (options.areAboutMachine()) {
      throw new UsageException(
          "--offline is about a domain without a machine: of the options that say how one is sent"
              + " it takes --with-storage and --storage, and --speed with them.");
    }
    return session
        .host()
        .migrations()
        .migrateOffline(domain, options.request(), new JobOptions(key.given()), deadline.options());
  }

  private Job migrate(Session session, DomainRef domain) throws IOException, InterruptedException {
    return session
        .host()
        .migrations()
        .migrate(domain, options.request(), new JobOptions(key.given()), deadline.options());
  }

  private static int print(Session session, List<String> obstacles) throws IOException {
    ArrayNode array = Json.array();
    obstacles.forEach(array::add);
    session
        .output()
        .result(
            () -> array,
            () ->
                obstacles.isEmpty()
                    ? "nothing speaks against it"
                    : String.join(System.lineSeparator(), obstacles));
    return obstacles.isEmpty() ? ExitCodes.OK : ExitCodes.JOB_NOT_DONE;
  }
}
