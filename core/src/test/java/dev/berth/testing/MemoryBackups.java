package dev.berth.testing;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.Backup.Content;
import dev.berth.backup.Backup.Place;
import dev.berth.backup.BackupName;
import dev.berth.backup.Checkpoint;
import dev.berth.backup.CheckpointName;
import dev.berth.backup.Consistency;
import dev.berth.backup.DiskExtents;
import dev.berth.backup.Extent;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.KnownBackup.Chain;
import dev.berth.backup.KnownBackup.State;
import dev.berth.backup.PullBackup;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainState;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.Backups;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.ExportRequest;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreTarget.ImagesOf;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Backups of the guests of a {@link MemoryHost}, which are complete at once. Nothing is written:
 * its disks are empty, and images that would be there are known.
 */
final class MemoryBackups implements Backups {
  static final Set<DomainState> STATES =
      Set.of(DomainState.RUNNING, DomainState.PAUSED, DomainState.CRASHED);

  private final MemoryContents contents;
  private final String actor;
  private final MemoryHostJobs jobs;

  MemoryBackups(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
    this.jobs = new MemoryHostJobs(contents, actor);
  }

  @Override
  public Job create(
      DomainRef domain,
      BackupRequest request,
      Resources targets,
      JobOptions job,
      CallOptions options) {
    synchronized (contents) {
      return backup(contents.find(domain), request, targets.names().descriptors(), job);
    }
  }

  @Override
  public List<Backup> list(Path directory, CallOptions options) {
    synchronized (contents) {
      return in(directory);
    }
  }

  @Override
  public List<KnownBackup> known(Path directory, CallOptions options) {
    synchronized (contents) {
      return in(directory).stream().map(MemoryBackups::known).toList();
    }
  }

  @Override
  public List<KnownBackup> known(DomainRef domain, CallOptions options) {
    synchronized (contents) {
      UUID uuid = contents.find(domain).uuid();
      return contents.backups().stream()
          .filter(backup -> backup.origin().domain().equals(uuid))
          .map(MemoryBackups::known)
          .toList();
    }
  }

  @Override
  public List<KnownBackup> scan(Path directory, CallOptions options) {
    return known(directory, options); // all that there is was made here
  }

  private static KnownBackup known(Backup backup) {
    return new KnownBackup(
        backup.folder(),
        Optional.of(backup),
        backup.disks().stream().map(disk -> new Chain(disk.disk(), State.OK, "")).toList());
  }

  @Override
  public Job export(DomainRef domain, ExportRequest request, JobOptions job, CallOptions options) {
    synchronized (contents) {
      return new MemoryExports(contents, actor).begin(contents.find(domain), request, job);
    }
  }

  @Override
  public Job restore(BackupRestoreRequest request, JobOptions job, CallOptions options) {
    synchronized (contents) {
      if (request.target() instanceof NewFiles files) {
        return restore(request, files, job);
      }
      ImagesOf images = (ImagesOf) request.target();
      return restore(contents.find(images.domain()), request, images, job);
    }
  }

  private Job restore(BackupRestoreRequest request, NewFiles target, JobOptions options) {
    String subject = request.name().text();
    Optional<Job> same = jobs.once(JobKind.RESTORE_BACKUP, subject, request.toString(), options);
    if (same.isPresent()) {
      return same.get();
    }
    requireDisks(find(request.directory(), request.name()), target.files().keySet());
    for (Path file : target.files().values()) {
      requireDirectory(file.resolveSibling(""));
      if (Files.exists(file)) {
        throw new AlreadyExistsException("There is a file '" + file + "' already.");
      }
    }
    target.files().values().forEach(MemoryBackups::create);
    Job job = jobs.done(JobKind.RESTORE_BACKUP, subject, request.toString(), options, "");
    jobs.ended(job);
    return job;
  }

  private static void create(Path file) {
    try {
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Job restore(
      MemoryDomain domain, BackupRestoreRequest request, ImagesOf target, JobOptions options) {
    Optional<Job> same = MemoryJobs.same(domain, options, request.name().text());
    if (same.isPresent()) {
      return same.get();
    }
    if (domain.state() != DomainState.SHUTOFF) {
      throw MemoryVerbs.illegal("restore a backup to", domain, DomainState.SHUTOFF);
    }
    requireDisks(find(request.directory(), request.name()), target.disks());
    Instant now = contents.clock().instant();
    return MemoryJobs.complete(
        contents,
        domain,
        MemoryJobs.target(domain, JobKind.RESTORE_BACKUP, request.name().text()),
        MemoryJobs.origin(actor, options, now),
        Progress.of(0, 0),
        "");
  }

  private static void requireDisks(Backup backup, Set<String> disks) {
    Set<String> absent = new TreeSet<>(disks);
    backup.disks().stream()
        .filter(BackedUpDisk::isInFolder)
        .forEach(disk -> absent.remove(disk.disk()));
    if (!absent.isEmpty()) {
      throw new InvalidRequestException("disks: the backup has nothing of " + absent + ".");
    }
  }

  private Backup find(Path directory, BackupName name) {
    return in(directory).stream()
        .filter(backup -> backup.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NotFoundException("There is no backup '" + name + "'."));
  }

  @Override
  public Job verify(Path directory, BackupName name, JobOptions options, CallOptions call) {
    synchronized (contents) {
      Optional<Job> same =
          jobs.once(JobKind.VERIFY_BACKUP, name.text(), directory.toString(), options);
      if (same.isPresent()) {
        return same.get();
      }
      long disks = find(directory, name).disks().stream().filter(BackedUpDisk::isInFolder).count();
      if (disks == 0) {
        throw new InvalidStateException("All of it was written to files that were given.");
      }
      Job job =
          jobs.done(
              JobKind.VERIFY_BACKUP,
              name.text(),
              directory.toString(),
              options,
              disks + " disks are as they were written");
      jobs.ended(job);
      return job;
    }
  }

  @Override
  public VerbResult createCheckpoint(
      DomainRef domain, CheckpointName name, Set<String> disks, CallOptions options) {
    synchronized (contents) {
      return new MemoryCheckpoints(contents, contents.find(domain)).create(name, disks);
    }
  }

  @Override
  public PullBackup exported(JobId job, CallOptions options) {
    synchronized (contents) {
      return new MemoryExports(contents, actor).served(job);
    }
  }

  @Override
  public List<Checkpoint> checkpoints(DomainRef domain, CallOptions options) {
    synchronized (contents) {
      return new MemoryCheckpoints(contents, contents.find(domain)).all();
    }
  }

  @Override
  public DiskExtents extents(JobId job, String disk, long from, CallOptions options) {
    synchronized (contents) {
      return new MemoryExports(contents, actor).extents(job, disk, from);
    }
  }

  @Override
  public Job finishExport(JobId job, CallOptions options) {
    synchronized (contents) {
      return new MemoryExports(contents, actor).finish(job);
    }
  }

  @Override
  public void delete(Path directory, BackupName name, CallOptions options) {
    synchronized (contents) {
      Backup backup = find(directory, name);
      in(directory).stream()
          .filter(
              other ->
                  other.disks().stream().anyMatch(it -> it.since().stream().anyMatch(name::equals)))
          .findFirst()
          .ifPresent(
              other -> {
                throw new InvalidStateException("'" + other.name() + "' stands on it.");
              });
      Job job =
          jobs.done(
              JobKind.DELETE_BACKUP, name.text(), directory.toString(), JobOptions.none(), "");
      contents.backups().remove(backup);
      jobs.ended(job);
    }
  }

  @Override
  public VerbResult deleteCheckpoint(DomainRef domain, CheckpointName name, CallOptions options) {
    synchronized (contents) {
      return new MemoryCheckpoints(contents, contents.find(domain)).delete(name);
    }
  }

  private List<Backup> in(Path directory) {
    requireDirectory(directory);
    return contents.backups().stream()
        .filter(backup -> directory.normalize().equals(backup.folder().getParent()))
        .toList();
  }

  static void requireDirectory(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new HostFailureException("There is no directory '" + directory + "'. Make it first.");
    }
  }

  private Job backup(
      MemoryDomain domain, BackupRequest request, Set<String> given, JobOptions options) {
    Optional<Job> same = MemoryJobs.same(domain, options, request.name().text());
    if (same.isPresent()) {
      return same.get();
    }
    boolean isStopped =
        domain.state() == DomainState.SHUTOFF && request.quiesce() != Quiesce.REQUIRED;
    if (!isStopped && !STATES.contains(domain.state())) {
      throw MemoryVerbs.illegal("back up", domain, DomainState.RUNNING, DomainState.PAUSED);
    }
    List<Backup> known =
        in(request.directory()).stream()
            .filter(backup -> backup.origin().domain().equals(domain.uuid()))
            .toList();
    Path folder = request.directory().resolve(request.name().text());
    if (in(request.directory()).stream().anyMatch(it -> it.folder().equals(folder))) {
      throw new AlreadyExistsException("There is a backup '" + folder + "'. Choose another name.");
    }
    Instant now = contents.clock().instant();
    Consistency consistency = consistency(domain, request.quiesce());
    if (request.quiesce() == Quiesce.REQUIRED && consistency.kind() == Consistency.Kind.CRASH) {
      return MemoryJobs.failed(
          contents,
          domain,
          MemoryJobs.target(domain, JobKind.BACKUP, request.name().text()),
          MemoryJobs.origin(actor, options, now),
          "freeze-failed",
          consistency.reason());
    }
    Backup backup = withGiven(backup(domain, request, known, folder, now), request, given);
    contents.backups().add(backup);
    return MemoryJobs.complete(
        contents,
        domain,
        MemoryJobs.target(domain, JobKind.BACKUP, request.name().text()),
        MemoryJobs.origin(actor, options, now),
        Progress.of(0, 0),
        reasons(backup));
  }

  /** What is written to a given file is not in the folder. */
  private static Backup withGiven(Backup backup, BackupRequest request, Set<String> given) {
    Set<String> unknown = new TreeSet<>(given);
    backup.disks().forEach(disk -> unknown.remove(disk.disk()));
    if (!unknown.isEmpty() || (!given.isEmpty() && request.wanted().extent() != Extent.FULL)) {
      throw new InvalidRequestException("descriptors: no such disk, or not in full: " + unknown);
    }
    List<BackedUpDisk> disks =
        backup.disks().stream()
            .map(disk -> given.contains(disk.disk()) ? MemoryBackups.given(disk) : disk)
            .toList();
    return new Backup(
        backup.name(), backup.origin(), backup.at(), backup.folder(), disks, backup.consistency());
  }

  private static BackedUpDisk given(BackedUpDisk disk) {
    return new BackedUpDisk(
        disk.disk(),
        Path.of("/given", disk.disk()),
        disk.format(),
        disk.extent(),
        disk.since(),
        disk.reason(),
        disk.content(),
        Place.GIVEN);
  }

  /** Each guest has an agent, which freezes it when it runs. */
  private static Consistency consistency(MemoryDomain domain, Quiesce wish) {
    if (wish == Quiesce.NONE) {
      return Consistency.crash();
    }
    return domain.state() == DomainState.RUNNING
        ? Consistency.application()
        : Consistency.crash("its guest does not run");
  }

  private static String reasons(Backup backup) {
    List<String> reasons = new ArrayList<>();
    if (!backup.consistency().reason().isEmpty()) {
      reasons.add(backup.consistency().kind().text() + ": " + backup.consistency().reason());
    }
    for (BackedUpDisk disk : backup.disks()) {
      if (!disk.reason().isEmpty()) {
        reasons.add("disk '" + disk.disk() + "' is in full: " + disk.reason());
      }
    }
    return String.join("; ", reasons);
  }

  private Backup backup(
      MemoryDomain domain, BackupRequest request, List<Backup> known, Path folder, Instant now) {
    List<BackedUpDisk> disks = new ArrayList<>();
    for (Disk disk : chosen(domain, request.disks())) {
      disks.add(disk(disk, request, known, folder));
    }
    return new Backup(
        request.name(),
        new Backup.Origin(
            domain.uuid(), domain.definition().name(), actor, known.size() + 1, JobId.random()),
        now,
        folder,
        disks,
        consistency(domain, request.quiesce()));
  }

  /** The disks of that name that the guest can write to; all of them when none is named. */
  static List<Disk> chosen(MemoryDomain domain, Set<String> wanted) {
    List<Disk> writable =
        domain.definition().disks().stream()
            .filter(disk -> disk.device() != DiskDevice.CDROM)
            .filter(disk -> disk.access() != Access.READ_ONLY)
            .toList();
    Set<String> absent = new TreeSet<>(wanted);
    writable.forEach(disk -> absent.remove(disk.name()));
    if (writable.isEmpty() || !absent.isEmpty()) {
      throw new InvalidRequestException("disks: there is no such disk: " + absent + ".");
    }
    return writable.stream()
        .filter(disk -> wanted.isEmpty() || wanted.contains(disk.name()))
        .toList();
  }

  private static BackedUpDisk disk(
      Disk disk, BackupRequest request, List<Backup> known, Path folder) {
    Optional<BackupName> since = since(disk, request, known);
    boolean lessWasWanted = since.isEmpty() && request.wanted().extent() == Extent.INCREMENTAL;
    return new BackedUpDisk(
        disk.name(),
        folder.resolve(disk.name() + "." + request.format().text()),
        request.format(),
        since.isPresent() ? Extent.INCREMENTAL : Extent.FULL,
        since,
        lessWasWanted ? "there is nothing that it could stand on" : "",
        new Content(new ByteSize(0), 0, ""));
  }

  private static Optional<BackupName> since(Disk disk, BackupRequest request, List<Backup> known) {
    Optional<BackupName> wanted = request.wanted().since();
    if (wanted.isPresent() && known.stream().noneMatch(it -> it.name().equals(wanted.get()))) {
      throw new NotFoundException("There is no backup '" + wanted.get() + "'.");
    }
    Optional<BackupName> found =
        request.wanted().extent() == Extent.FULL || disk.format() != DiskFormat.QCOW2
            ? Optional.empty()
            : known.stream()
                .filter(backup -> backup.disk(disk.name()).isPresent())
                .map(Backup::name)
                .filter(name -> wanted.isEmpty() || wanted.get().equals(name))
                .reduce((before, last) -> last);
    if (wanted.isPresent() && found.isEmpty()) {
      throw new InvalidStateException("Backup '" + wanted.get() + "' cannot be built on.");
    }
    return found;
  }
}
