package dev.berth.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.berth.domain.ByteSize;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.job.Job;
import dev.berth.json.Json;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** {@code vmctl migrate}. */
final class MigrateCommand implements Command {
  private final Parameter<URI> target;
  private final Parameter<Boolean> dryRun;
  private final Parameter<Boolean> offline;
  private final Parameter<ByteSize> speed;
  private final Parameter<Duration> downtime;
  private final Parameter<Boolean> throttle;
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> noWait;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;

  MigrateCommand(Parameters parameters) {
    target =
        parameters.required(
            "--to",
            "URI",
            MigrateCommand::address,
            "The other host: tls://host-b.example, or on this machine its control socket, such as"
                + " unix:///run/berth/control.sock.");
    dryRun =
        parameters.flag("--dry-run", "Only say what speaks against it, here and there, all of it.");
    offline =
        parameters.flag(
            "--offline",
            "Move a domain that is shut off: its definition, whose images both reach.");
    speed =
        parameters.option(
            "--speed", "SIZE", CommandName::size, "Send no more in a second. Default: no limit");
    downtime =
        parameters.option(
            "--downtime",
            "DURATION",
            DurationArgument::parse,
            "How long the guest may stand, by QEMU's estimate. Default: 300ms");
    throttle =
        parameters.flag(
            "--throttle-guest", "Slow a guest down that writes faster than QEMU sends.");
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

  private static URI address(String text) {
    return URI.create(text);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    DomainRef domain = DomainRef.of(name.value());
    if (dryRun.value()) {
      return print(
          session,
          session.host().migrations().obstacles(domain, target.value(), deadline.options()));
    }
    Job job = offline.value() ? migrateOffline(session, domain) : migrate(session, domain);
    if (!noWait.value() && !job.status().state().isEnded()) {
      job = new JobWatch(session).await(job, timeout.value());
    }
    return JobResult.print(session, job);
  }

  private Job migrateOffline(Session session, DomainRef domain)
      throws IOException, InterruptedException {
    if (speed.given().isPresent() || downtime.given().isPresent() || throttle.value()) {
      throw new UsageException(
          "--speed, --downtime and --throttle-guest are about a machine, and --offline about a"
              + " domain without one: give only one of them.");
    }
    return session
        .host()
        .migrations()
        .migrateOffline(domain, target.value(), new JobOptions(key.given()), deadline.options());
  }

  private Job migrate(Session session, DomainRef domain) throws IOException, InterruptedException {
    MigrationRequest request =
        new MigrationRequest(
            target.value(),
            speed.given().map(ByteSize::bytes),
            downtime.given(),
            throttle.value() ? Convergence.THROTTLE_GUEST : Convergence.LEFT_TO_GUEST);
    return session
        .host()
        .migrations()
        .migrate(domain, request, new JobOptions(key.given()), deadline.options());
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
