package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.Backup;
import dev.berth.backup.BackupCodec;
import dev.berth.backup.BackupName;
import dev.berth.backup.Checkpoint;
import dev.berth.backup.CheckpointCodec;
import dev.berth.backup.CheckpointName;
import dev.berth.backup.DiskExtents;
import dev.berth.backup.ExportCodec;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.KnownBackupCodec;
import dev.berth.backup.PullBackup;
import dev.berth.host.BackupRequest;
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
import dev.berth.job.JobCodec;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The backups of a host in another process, over its connection. Thread-safe. */
final class RemoteBackups implements Backups {
  private final RemoteHost host;

  RemoteBackups(RemoteHost host) {
    this.host = host;
  }

  @Override
  public Job create(
      DomainRef domain,
      BackupRequest request,
      Resources targets,
      JobOptions job,
      CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    BackupArguments.backup(params, request);
    JobArguments.options(params, job);
    return host.give(BackupMethods.CREATE, params, targets, options, JobCodec::read);
  }

  @Override
  public VerbResult createCheckpoint(
      DomainRef domain, CheckpointName name, Set<String> disks, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    BackupArguments.checkpoint(params, name);
    BackupArguments.disks(params, disks);
    ArgumentCodec.options(params, options);
    return host.change(BackupMethods.CREATE_CHECKPOINT, params, options, ResultCodec::verb);
  }

  @Override
  public List<Checkpoint> checkpoints(DomainRef domain, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    ArgumentCodec.options(params, options);
    return host.call(
        CallKind.READ,
        BackupMethods.CHECKPOINTS,
        params,
        options.deadline(),
        CheckpointCodec::list);
  }

  @Override
  public VerbResult deleteCheckpoint(DomainRef domain, CheckpointName name, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    BackupArguments.checkpoint(params, name);
    ArgumentCodec.options(params, options);
    return host.change(BackupMethods.DELETE_CHECKPOINT, params, options, ResultCodec::verb);
  }

  @Override
  public List<Backup> list(Path directory, CallOptions options) {
    ObjectNode params = BackupArguments.directory(directory);
    ArgumentCodec.options(params, options);
    return host.call(
        CallKind.READ, BackupMethods.LIST, params, options.deadline(), BackupCodec::list);
  }

  @Override
  public List<KnownBackup> known(Path directory, CallOptions options) {
    ObjectNode params = BackupArguments.directory(directory);
    ArgumentCodec.options(params, options);
    return host.call(
        CallKind.READ, BackupMethods.KNOWN, params, options.deadline(), KnownBackupCodec::list);
  }

  @Override
  public List<KnownBackup> known(DomainRef domain, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    ArgumentCodec.options(params, options);
    return host.call(
        CallKind.READ,
        BackupMethods.KNOWN_OF_DOMAIN,
        params,
        options.deadline(),
        KnownBackupCodec::list);
  }

  @Override
  public List<KnownBackup> scan(Path directory, CallOptions options) {
    ObjectNode params = BackupArguments.directory(directory);
    ArgumentCodec.options(params, options);
    return host.change(BackupMethods.SCAN, params, options, KnownBackupCodec::list);
  }

  @Override
  public Job export(DomainRef domain, ExportRequest request, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    ExportMethods.request(params, request);
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return host.change(ExportMethods.EXPORT, params, options, JobCodec::read);
  }

  @Override
  public PullBackup exported(JobId job, CallOptions options) {
    ObjectNode params = JobArguments.job(job);
    ArgumentCodec.options(params, options);
    return host.call(
        CallKind.READ, ExportMethods.EXPORTED, params, options.deadline(), ExportCodec::exported);
  }

  @Override
  public DiskExtents extents(JobId job, String disk, long from, CallOptions options) {
    ObjectNode params = JobArguments.job(job);
    params.put(JobArguments.DISK, disk).put(ExportMethods.FROM, from);
    ArgumentCodec.options(params, options);
    return host.call(
        CallKind.READ, ExportMethods.EXTENTS, params, options.deadline(), ExportCodec::extents);
  }

  @Override
  public Job finishExport(JobId job, CallOptions options) {
    ObjectNode params = JobArguments.job(job);
    ArgumentCodec.options(params, options);
    return host.change(ExportMethods.FINISH, params, options, JobCodec::read);
  }

  @Override
  public Job restore(BackupRestoreRequest request, JobOptions job, CallOptions options) {
    ObjectNode params = BackupArguments.named(request.directory(), request.name());
    if (request.target() instanceof NewFiles files) {
      BackupArguments.newFiles(params, files);
      return begin(BackupMethods.RESTORE, params, job, options);
    }
    ImagesOf images = (ImagesOf) request.target();
    params.setAll(ArgumentCodec.domain(images.domain()));
    BackupArguments.imagesOf(params, images);
    return begin(BackupMethods.RESTORE_DOMAIN, params, job, options);
  }

  @Override
  public Job verify(Path directory, BackupName name, JobOptions job, CallOptions options) {
    return begin(BackupMethods.VERIFY, BackupArguments.named(directory, name), job, options);
  }

  private Job begin(String method, ObjectNode params, JobOptions job, CallOptions options) {
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return host.change(method, params, options, JobCodec::read);
  }

  @Override
  public void delete(Path directory, BackupName name, CallOptions options) {
    ObjectNode params = BackupArguments.named(directory, name);
    ArgumentCodec.options(params, options);
    host.change(BackupMethods.DELETE, params, options, Function.identity());
  }
}
