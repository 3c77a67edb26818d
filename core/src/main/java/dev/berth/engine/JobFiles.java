package dev.berth.engine;

/**
 * The files of this host that jobs write.
 *
 * @param dumps what guests' memory is written to
 * @param backups what guests' disks are written to
 * @param served what is asked of guests' disks that are served
 * @param saves what machines are saved to
 */
record JobFiles(DumpFiles dumps, BackupFiles backups, ServedDisks served, SaveFiles saves) {

  /** Those of this host's own file systems. */
  static JobFiles local() {
    return new JobFiles(
        new LocalDumpFiles(), new LocalBackupFiles(), new NbdDisks(), new LocalSaveFiles());
  }
}
