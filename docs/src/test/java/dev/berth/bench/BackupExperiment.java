package dev.berth.bench;

import dev.berth.backup.BackupName;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Backups of a disk, in full and of what has changed, against the same {@code blockdev-backup} by
 * the least that can send it. On both sides an image is made, written, closed and on the disk; the
 * last comparison has the bare side look at its image and read it for a checksum as well.
 */
final class BackupExperiment implements Experiment {
  /** A round takes many seconds, nearly all of them QEMU's. */
  private static final int MOST_WARM_UPS = 4;

  @Override
  public String name() {
    return "backup";
  }

  @Override
  public List<Result> run(Plan wanted, BenchDirectory directory) throws Exception {
    Plan plan = new Plan(Math.min(wanted.warmUps(), MOST_WARM_UPS), wanted.pairs());
    Path home = Files.createDirectory(directory.resolve("backup"));
    Path backups = Files.createDirectory(home.resolve("backups"));
    Path bareImage = Files.copy(BackedUpDomain.image(home), home.resolve("bare.qcow2"));
    BenchHost hosts = new BenchHost(home);
    DomainRef started = BackedUpDomain.start(hosts, home);
    LaunchRecord launch = hosts.launches().get(0);
    Series full = plan.series();
    Series bareFull = plan.series();
    Series changed = plan.series();
    Series bareChanged = plan.series();
    Series bareProven = plan.series();
    try (VmHost host = hosts.open();
        BareBackups bare =
            BareBackups.of(
                launch.argv().get(0), bareImage, BackedUpDomain.DISK_BYTES, home.resolve("bare"))) {
      BackedUpDomain domain = BackedUpDomain.of(host, started, backups);
      for (int round = 0; round < plan.rounds(); round++) {
        Tool.run("sync"); // what was written and removed before is no part of it
        full.add(domain.backupMillis("full", Wanted.full()));
        bareFull.add(bare.fullMillis());
        for (String write : BackedUpDomain.writes(round)) {
          domain.write(write);
          bare.write(write);
        }
        Tool.run("sync");
        changed.add(domain.backupMillis("next", Wanted.since(new BackupName("full"))));
        double bareMillis = bare.changedMillis();
        bareChanged.add(bareMillis);
        bareProven.add(bareMillis + bare.proofMillis());
        requireAlike(backups.resolve("full/vda.qcow2"), bare.fullImage());
        requireAlike(backups.resolve("next/vda.qcow2"), bare.changedImage());
        BareBackups.clear(backups);
        bare.clear();
      }
      domain.destroy();
    }
    return List.of(
        Result.pairs(
            "full backup of " + BackedUpDomain.WRITTEN_MEBIBYTES + " MiB, against blockdev-backup",
            Unit.MILLISECONDS,
            full,
            bareFull,
            new Target.ThroughputAtLeast(0.97)),
        Result.pairs(
            "incremental backup of 1 % of 16 GiB, against blockdev-backup",
            Unit.MILLISECONDS, changed, bareChanged, new Target.ThroughputAtLeast(0.95)),
        Result.pairs(
            "the same, against blockdev-backup, qemu-img check and SHA-256",
            Unit.MILLISECONDS,
            changed,
            bareProven,
            new Target.ThroughputAtLeast(0.95)));
  }

  /** Both sides have done the same. */
  private static void requireAlike(Path ours, Path bare) throws IOException {
    long more = Files.size(ours) - Files.size(bare);
    if (Math.abs(more) > 1 << 20) {
      throw new IllegalStateException(ours + " has " + more + " bytes more than " + bare);
    }
  }
}
