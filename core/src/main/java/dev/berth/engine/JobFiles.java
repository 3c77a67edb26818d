package dev.berth.engine;

import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.backup.LocalBackupFiles;
import dev.berth.engine.backup.NbdDisks;
import dev.berth.engine.backup.ServedDisks;
import dev.berth.engine.migration.HostNetwork;
import dev.berth.engine.migration.Peers;
import dev.berth.engine.save.DumpFiles;
import dev.berth.engine.save.LocalDumpFiles;
import dev.berth.engine.save.LocalSaveFiles;
import dev.berth.engine.save.SaveFiles;
import dev.berth.tls.TlsFiles;

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

  /** Those with this program's own way to other hosts on this machine. */
  JobFiles(DumpFiles dumps, BackupFiles backups, ServedDisks served, SaveFiles saves) {
    this(dumps, backups, served, saves, Peers.showing(HostNetwork.local().tls()));
  }

  /**
   * Those of this host's own file systems.
   *
   * @param tls what it shows to other hosts, and believes
   */
  static JobFiles local(TlsFiles tls) {
    return new JobFiles(
        new LocalDumpFiles(),
        new LocalBackupFiles(),
        new NbdDisks(),
        new LocalSaveFiles(),
        Peers.showing(tls));
  }
}
