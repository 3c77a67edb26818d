package dev.berth.engine;

/**
 * What jobs reach outside of QEMU: the files of this host, and other hosts.
 *
 * @param dumps what guests' memory is written to
 * @param backups what guests' disks are written to
 * @param served what is asked of guests' disks that are served
 * @param saves what machines are saved to
 * @param peers the hosts that machines are moved to
 */
record JobFiles(
    DumpFiles dumps, BackupFiles backups, ServedDisks served, SaveFiles saves, Peers peers) {

  /** Those with this program's own way to other hosts. */
  JobFiles(DumpFiles dumps, BackupFiles backups, ServedDisks served, SaveFiles saves) {
    this(dumps, backups, served, saves, Peers.byControlSocket());
  }

  /** Those of this host's own file systems. */
  static JobFiles local() {
    return new JobFiles(
        new LocalDumpFiles(), new LocalBackupFiles(), new NbdDisks(), new LocalSaveFiles());
  }
}
