package dev.berth.control;

import dev.berth.backup.BackupCodec;
import dev.berth.backup.CheckpointCodec;
import dev.berth.backup.KnownBackupCodec;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreTarget;
import dev.berth.job.JobCodec;
import dev.berth.json.Json;
import java.util.function.Function;

/** The methods about backups. */
final class BackupMethods {
  static final String CREATE = "backup.create";
  static final String LIST = "backup.list";
  static final String KNOWN = "backup.known";
  static final String KNOWN_OF_DOMAIN = "domain.backups";
  static final String SCAN = "backup.scan";
  static final String RESTORE = "backup.restore";
  static final String RESTORE_DOMAIN = "domain.restore-backup";
  static final String VERIFY = "backup.verify";
  static final String DELETE = "backup.delete";

  static final String CREATE_CHECKPOINT = "checkpoint.create";
  static final String CHECKPOINTS = "checkpoint.list";
  static final String DELETE_CHECKPOINT = "checkpoint.delete";

  private BackupMethods() {}

  static void addTo(Methods methods) {
    methods.call(
        CREATE,
        (host, params) -> {
          CallOptions options = ArgumentCodec.options(params); // before what takes descriptors
          BackupRequest request = BackupArguments.backup(params);
          DomainRef domain = ArgumentCodec.domain(params);
          JobOptions job = JobArguments.options(params);
          Resources targets = ArgumentCodec.resources(params);
          return JobCodec.write(host.backups().create(domain, request, targets, job, options));
        },
        ArgumentCodec.DOMAIN,
        BackupArguments.NAME,
        BackupArguments.DIRECTORY,
        BackupArguments.DISKS,
        BackupArguments.EXTENT,
        BackupArguments.SINCE,
        BackupArguments.SPEED,
        BackupArguments.COMPRESSION,
        BackupArguments.QUIESCE,
        BackupArguments.FORMAT,
        ArgumentCodec.DESCRIPTORS,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        LIST,
        (host, params) ->
            BackupCodec.write(
                host.backups()
                    .list(
                        ArgumentCodec.absolutePath(params, BackupArguments.DIRECTORY),
                        ArgumentCodec.options(params))),
        BackupArguments.DIRECTORY,
        ArgumentCodec.DEADLINE);
    addKnown(methods);
    addCheckpointsTo(methods);
    addRestoring(methods);
    methods.call(
        VERIFY,
        (host, params) ->
            JobCodec.write(
                host.backups()
                    .verify(
                        ArgumentCodec.absolutePath(params, BackupArguments.DIRECTORY),
                        BackupArguments.name(params),
                        JobArguments.options(params),
                        ArgumentCodec.options(params))),
        BackupArguments.DIRECTORY,
        BackupArguments.NAME,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        DELETE,
        (host, params) -> {
          host.backups()
              .delete(
                  ArgumentCodec.absolutePath(params, BackupArguments.DIRECTORY),
                  BackupArguments.name(params),
                  ArgumentCodec.options(params));
          return Json.object();
        },
        BackupArguments.DIRECTORY,
        BackupArguments.NAME,
        ArgumentCodec.DEADLINE);
  }

  private static void addKnown(Methods methods) {
    methods.call(
        KNOWN,
        (host, params) ->
            KnownBackupCodec.write(
                host.backups()
                    .known(
                        ArgumentCodec.absolutePath(params, BackupArguments.DIRECTORY),
                        ArgumentCodec.options(params))),
        BackupArguments.DIRECTORY,
        ArgumentCodec.DEADLINE);
    methods.call(
        KNOWN_OF_DOMAIN,
        (host, params) ->
            KnownBackupCodec.write(
                host.backups().known(ArgumentCodec.domain(params), ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        ArgumentCodec.DEADLINE);
    methods.call(
        SCAN,
        (host, params) ->
            KnownBackupCodec.write(
                host.backups()
                    .scan(
                        ArgumentCodec.absolutePath(params, BackupArguments.DIRECTORY),
                        ArgumentCodec.options(params))),
        BackupArguments.DIRECTORY,
        ArgumentCodec.DEADLINE);
  }

  private static void addRestoring(Methods methods) {
    methods.call(
        RESTORE,
        restoring(BackupArguments::newFiles),
        BackupArguments.DIRECTORY,
        BackupArguments.NAME,
        BackupArguments.FILES,
        BackupArguments.FORMAT,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        RESTORE_DOMAIN,
        restoring(BackupArguments::imagesOf),
        ArgumentCodec.DOMAIN,
        BackupArguments.DIRECTORY,
        BackupArguments.NAME,
        BackupArguments.DISKS,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
  }

  private static Method.Handler restoring(Function<Params, RestoreTarget> target) {
    return (host, params) ->
        JobCodec.write(
            host.backups()
                .restore(
                    new BackupRestoreRequest(
                        ArgumentCodec.absolutePath(params, BackupArguments.DIRECTORY),
                        BackupArguments.name(params),
                        target.apply(params)),
                    JobArguments.options(params),
                    ArgumentCodec.options(params)));
  }

  private static void addCheckpointsTo(Methods methods) {
    methods.call(
        CREATE_CHECKPOINT,
        (host, params) ->
            ResultCodec.write(
                host.backups()
                    .createCheckpoint(
                        ArgumentCodec.domain(params),
                        BackupArguments.checkpoint(params),
                        BackupArguments.disks(params),
                        ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        BackupArguments.CHECKPOINT,
        BackupArguments.DISKS,
        ArgumentCodec.DEADLINE);
    methods.call(
        CHECKPOINTS,
        (host, params) ->
            CheckpointCodec.write(
                host.backups()
                    .checkpoints(ArgumentCodec.domain(params), ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        ArgumentCodec.DEADLINE);
    methods.call(
        DELETE_CHECKPOINT,
        (host, params) ->
            ResultCodec.write(
                host.backups()
                    .deleteCheckpoint(
                        ArgumentCodec.domain(params),
                        BackupArguments.checkpoint(params),
                        ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        BackupArguments.CHECKPOINT,
        ArgumentCodec.DEADLINE);
  }
}
