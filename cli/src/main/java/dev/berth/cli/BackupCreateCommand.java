package dev.berth.cli;

import dev.berth.backup.BackupName;
import dev.berth.domain.ByteSize;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Compression;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.image.ImageFormat;
import dev.berth.job.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code vmctl backup create}. */
final class BackupCreateCommand implements Command {
  private static final List<String> FORMATS =
      List.of(ImageFormat.QCOW2.text(), ImageFormat.RAW.text());
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final Parameter<Path> directory;
  private final Parameter<Boolean> full;
  private final Parameter<String> since;
  private final Parameter<List<String>> disks;
  private final Parameter<ByteSize> speed;
  private final Parameter<Boolean> compress;
  private final Parameter<String> format;
  private final Parameter<Quiesce> quiesce;
  private final DescriptorOption targets;
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> noWait;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> backup;

  BackupCreateCommand(Parameters parameters) {
    directory =
        parameters.required(
            "--to", "DIRECTORY", Path::of, "The directory of backups, on the host; it is there.");
    full = parameters.flag("--full", "All of each disk, also where less would do.");
    since =
        parameters.option(
            "--since",
            "BACKUP",
            text -> text,
            "What is new since that backup, and nothing when that is not known.");
    disks = parameters.repeated("--disk", "DISK", "Only this disk; may be given again.");
    speed =
        parameters.option(
            "--speed", "SIZE", CommandName::size, "Read no more of each disk in a second.");
    compress = parameters.flag("--compress", "Compress what is written.");
    format =
        parameters.option(
            "--format",
            "FORMAT",
            text -> text,
            FORMATS,
            "How images are written: qcow2, or raw, which goes with --full. Default: qcow2");
    quiesce =
        parameters.option(
            "--quiesce",
            "WISH",
            BackupCreateCommand::quiesce,
            "Have the guest agent bring the file systems to rest for that moment: 'required', or"
                + " 'if-possible', which says when it was not.");
    targets =
        new DescriptorOption(
            parameters,
            "what the disk of that name is written to, in full; the backup's folder only says so");
    key =
        parameters.option(
            "--key", "KEY", text -> text, "The same call with the same key gives the same job.");
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "24h",
            "How long to wait for the backup; the job goes on after that.");
    noWait = parameters.flag("--no-wait", "Print the job and do not wait for it.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    backup =
        parameters.optionalSecond("BACKUP", "What to call it. Default: the date and time, in UTC");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    if (full.value() && since.given().isPresent()) {
      throw new UsageException("Of --full and --since only one can be.");
    }
    Instant now = session.environment().clock().instant();
    BackupRequest request =
        new BackupRequest(
            new BackupName(backup.given().orElseGet(() -> MOMENT.format(now))),
            session.environment().workingDirectory().resolve(directory.value()),
            Set.copyOf(disks.given().orElse(List.of())),
            wanted(),
            new Pace(
                speed.given().map(ByteSize::bytes).orElse(0L),
                compress.value() ? Compression.ZLIB : Compression.NONE),
            quiesce.given().orElse(Quiesce.NONE),
            format());
    Job job;
    try (Resources given = targets.open(session.environment(), Map.of())) {
      job =
          session
              .host()
              .backups()
              .create(
                  DomainRef.of(name.value()),
                  request,
                  given,
                  new JobOptions(key.given()),
                  deadline.options());
    }
    if (!noWait.value() && !job.status().state().isEnded()) {
      job = new JobWatch(session).await(job, timeout.value());
    }
    return JobResult.print(session, job);
  }

  private ImageFormat format() {
    return ImageFormat.of(format.given().orElse(ImageFormat.QCOW2.text()))
        .orElseThrow(
            () -> new UsageException("--format is one of " + String.join(", ", FORMATS) + "."));
  }

  private static Quiesce quiesce(String text) {
    return switch (text) {
      case "required" -> Quiesce.REQUIRED;
      case "if-possible" -> Quiesce.IF_POSSIBLE;
      default -> throw new IllegalArgumentException("use required or if-possible");
    };
  }

  private Wanted wanted() {
    Optional<String> named = since.given();
    if (named.isPresent()) {
      return Wanted.since(new BackupName(named.get()));
    }
    return full.value() ? Wanted.full() : Wanted.incremental();
  }
}
