package dev.berth.control;

import dev.berth.backup.BackupCodec;
import dev.berth.job.JobCodec;

/** The methods about backups. */
final class BackupMethods {
  static final String CREATE = "backup.create";
  static final String LIST = "backup.list";

  private BackupMethods() {}

  static void addTo(Methods methods) {
    methods.call(
        CREATE,
        (host, params) ->
            JobCodec.write(
                host.backups()
                    .create(
                        ArgumentCodec.domain(params),
                        BackupArguments.backup(params),
                        JobArguments.options(params),
                        ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        BackupArguments.NAME,
        BackupArguments.DIRECTORY,
        BackupArguments.DISKS,
        BackupArguments.EXTENT,
        BackupArguments.SINCE,
        BackupArguments.SPEED,
        BackupArguments.COMPRESSION,
        BackupArguments.QUIESCE,
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
  }
}
