package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.backup.Checkpoint;
import dev.berth.backup.CheckpointName;
import dev.berth.backup.DiskExtents;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.engine.backup.CheckpointAdjustment;
import dev.berth.engine.backup.CheckpointRemoval;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.step.Provision;
import dev.berth.engine.thread.Turns;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.Backups;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.ExportRequest;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreTarget.ImagesOf;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One actor's view of the backups of an engine's domains: blocking calls over its futures. */
final class HostBackups implements Backups {
  private final HostServices host;
  private final Supplier<CompleteBackups> backups;
  private final Supplier<BackupRegister> register;
  private final Supplier<Domains> domains;
  private final Supplier<Turns> turns;
  private final String actor;

  /**
   * The view of an actor.
   *
   * @param backups the engine's, as long as it is open
   * @param register the engine's, likewise
   * @param domains the engine's, likewise
   */
  HostBackups(
      HostServices host,
      Supplier<CompleteBackups> backups,
      Supplier<BackupRegister> register,
      Supplier<Domains> domains,
      Supplier<Turns> turns,
      String actor) {
    this.host = host;
    this.backups = backups;
    this.register = register;
    this.domains = domains;
    this.turns = turns;
    this.actor = actor;
  }

  @Override
  public Job create(
      DomainRef domain,
      BackupRequest request,
      Resources targets,
      JobOptions job,
      CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return wait(
        () ->
            domains
                .get()
                .get(domain)
                .backup(
                    new BackupVerbs.Call(
                        request,
                        backups.get().targets(Provision.copyOf(targets)),
                        job,
                        actor,
                        hasDeadline,
                        new CompletableFuture<>())),
        options);
  }

  @Override
  public VerbResult createCheckpoint(
      DomainRef domain, CheckpointName name, Set<String> disks, CallOptions options) {
    return adjust(domain, new CheckpointAdjustment(name, disks, List.of()), options);
  }

  @Override
  public VerbResult deleteCheckpoint(DomainRef domain, CheckpointName name, CallOptions options) {
    return adjust(domain, new CheckpointRemoval(name, List.of()), options);
  }

  private VerbResult adjust(DomainRef domain, Adjustment adjustment, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns
        .get()
        .await(
            () -> domains.get().get(domain).adjust(adjustment, EditScope.LIVE, actor, hasDeadline),
            options);
  }

  @Override
  public List<Checkpoint> checkpoints(DomainRef domain, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns
        .get()
        .await(() -> domains.get().get(domain).checkpoints(actor, hasDeadline), options);
  }

  @Override
  public List<Backup> list(Path directory, CallOptions options) {
    return wait(() -> backups.get().list(directory), options);
  }

  @Override
  public List<KnownBackup> known(Path directory, CallOptions options) {
    return wait(() -> register.get().known(directory, actor), options);
  }

  @Override
  public List<KnownBackup> known(DomainRef domain, CallOptions options) {
    return wait(() -> register.get().known(domains.get().get(domain), actor), options);
  }

  @Override
  public List<KnownBackup> scan(Path directory, CallOptions options) {
    return wait(() -> register.get().scan(directory, actor), options);
  }

  @Override
  public Job restore(BackupRestoreRequest request, JobOptions job, CallOptions options) {
    if (request.target() instanceof NewFiles files) {
      return wait(() -> backups.get().restore(request, files, job, actor), options);
    }
    ImagesOf images = (ImagesOf) request.target();
    return wait(
        () ->
            domains
                .get()
                .get(images.domain())
                .restore(
                    new RestoreVerbs.Call(
                        request,
                        images,
                        job,
                        actor,
                        backups.get()::planning,
                        new CompletableFuture<>())),
        options);
  }

  @Override
  public Job verify(Path directory, BackupName name, JobOptions job, CallOptions options) {
    return wait(
        () -> backups.get().begin(JobKind.VERIFY_BACKUP, directory, name, job, actor), options);
  }

  @Override
  public void delete(Path directory, BackupName name, CallOptions options) {
    wait(() -> backups.get().delete(directory, name, actor), options);
  }

  /** Asks once for each turn. */
  private <T> T wait(Supplier<CompletableFuture<T>> question, CallOptions options) {
    return turns.get().await(question, options);
  }

  @Override
  public Job export(DomainRef domain, ExportRequest request, JobOptions job, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns
        .get()
        .await(
            () -> domains.get().get(domain).exports().begin(request, job, actor, hasDeadline),
            options);
  }

  @Override
  public PullBackup exported(JobId job, CallOptions options) {
    return turns.get().await(() -> exportsOf(job).served(job), options);
  }

  @Override
  public DiskExtents extents(JobId job, String disk, long from, CallOptions options) {
    PullBackup served = exported(job, options);
    ExportedDisk wanted =
        served
            .disk(disk)
            .orElseThrow(
                () -> new NotFoundException("Job " + job + " serves no disk '" + disk + "'."));
    if (from < 0 || from > wanted.size().bytes()) {
      throw new InvalidRequestException(
          "from: disk '" + disk + "' has " + wanted.size().bytes() + " bytes, not " + from + ".");
    }
    return turns.get().await(() -> exportsOf(job).extents(served, wanted, from), options);
  }

  @Override
  public Job finishExport(JobId job, CallOptions options) {
    return turns.get().await(() -> exportsOf(job).finish(job), options);
  }

  /** Of the domain whose job that is. */
  private ExportVerbs exportsOf(JobId id) {
    for (DomainDriver driver : domains.get().all()) {
      for (Job job : driver.jobs()) {
        if (job.id().equals(id)) {
          if (job.target().kind() == JobKind.PULL_BACKUP) {
            return driver.exports();
          }
          throw new InvalidStateException(
              "Job " + id + " is a " + job.target().kind().text() + ", which serves no disks.");
        }
      }
    }
    throw new NotFoundException("There is no job " + id + " of a domain on this host.");
  }
}
