package dev.berth.cli;

import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.DomainRef;
import dev.berth.host.RestoreTarget;
import dev.berth.host.RestoreTarget.ImagesOf;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.image.ImageFormat;
import dev.berth.job.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code vmctl backup restore}. */
final class BackupRestoreCommand implements Command {
  private static final List<String> FORMATS =
      List.of(ImageFormat.QCOW2.text(), ImageFormat.RAW.text());

  private final Parameter<List<String>> files;
  private final Parameter<String> format;
  private final Parameter<String> domain;
  private final Parameter<List<String>> disks;
  private final JobWaiting waiting;
  private final BackupPlace place;

  BackupRestoreCommand(Parameters parameters) {
    files =
        parameters.repeated(
            "--to", "DISK=FILE", "Write that disk to a new image on the host; may be given again.");
    format =
        parameters.option(
            "--format",
            "FORMAT",
            text -> text,
            FORMATS,
            "How new images are written: " + String.join(", ", FORMATS) + ". Default: qcow2");
    domain =
        parameters.option(
            "--domain",
            "NAME",
            text -> text,
            "Replace what the images of that domain have, which is shut off.");
    disks =
        parameters.repeated(
            "--disk",
            "DISK",
            "Only this disk of the domain; may be given again. Default: all that the backup has");
    waiting = new JobWaiting(parameters);
    place = new BackupPlace(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    BackupRestoreRequest request =
        new BackupRestoreRequest(place.directory(session), place.name(), target(session));
    Job job = session.host().backups().restore(request, waiting.job(), waiting.call());
    return waiting.finish(session, job);
  }

  private RestoreTarget target(Session session) {
    boolean isNew = files.given().isPresent();
    if (isNew == domain.given().isPresent()) {
      throw new UsageException("Say where to: new images with --to, or a domain's with --domain.");
    }
    if (isNew && disks.given().isPresent()) {
      throw new UsageException("--disk goes with --domain; --to names the disks that are wanted.");
    }
    if (!isNew && format.given().isPresent()) {
      throw new UsageException("--format goes with --to; a domain's images keep theirs.");
    }
    return isNew ? newFiles(session) : imagesOf();
  }

  private RestoreTarget newFiles(Session session) {
    Map<String, Path> places = new LinkedHashMap<>();
    for (NamedValue file : NamedValue.of(files, "--to", "DISK=FILE")) {
      places.put(file.name(), session.environment().workingDirectory().resolve(file.value()));
    }
    String word = format.given().orElse(ImageFormat.QCOW2.text());
    return new NewFiles(
        places,
        ImageFormat.of(word)
            .orElseThrow(
                () ->
                    new UsageException("--format is one of " + String.join(", ", FORMATS) + ".")));
  }

  private RestoreTarget imagesOf() {
    return new ImagesOf(
        DomainRef.of(domain.given().orElseThrow()), Set.copyOf(disks.given().orElse(List.of())));
  }
}
