package dev.berth.bench;

import dev.berth.backup.BackupName;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.JobOptions;
import dev.berth.host.RestoreTarget;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFormat;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * The restore of an incremental backup and what it stands on to a new image, against {@code
 * qemu-img convert} of the same. On both sides the image is on the disk in the end.
 */
final class RestoreExperiment implements Experiment {
  private static final int MOST_WARM_UPS = 4;
  private static final BackupName FULL = new BackupName("full");
  private static final BackupName NEXT = new BackupName("next");

  @Override
  public String name() {
    return "restore";
  }

  @Override
  public List<Result> run(Plan wanted, BenchDirectory directory) throws Exception {
    Plan plan = new Plan(Math.min(wanted.warmUps(), MOST_WARM_UPS), wanted.pairs());
    Path home = Files.createDirectory(directory.resolve("restore"));
    Path backups = Files.createDirectory(home.resolve("backups"));
    BackedUpDomain.image(home);
    BenchHost hosts = new BenchHost(home);
    var started = BackedUpDomain.start(hosts, home);
    Series restored = plan.series();
    Series converted = plan.series();
    try (VmHost host = hosts.open()) {
      BackedUpDomain domain = BackedUpDomain.of(host, started, backups);
      domain.backupMillis(FULL.text(), Wanted.full());
      for (String write : BackedUpDomain.writes(0)) {
        domain.write(write);
      }
      domain.backupMillis(NEXT.text(), Wanted.since(FULL));
      Path ours = home.resolve("restored.qcow2");
      Path bare = home.resolve("converted.qcow2");
      for (int round = 0; round < plan.rounds(); round++) {
        Tool.run("sync"); // what was written and removed before is no part of it
        restored.add(restoreMillis(host, domain, backups, ours));
        converted.add(convertMillis(backups.resolve("next/vda.qcow2"), bare));
        Tool.run("qemu-img", "compare", "-q", ours.toString(), bare.toString());
        Files.delete(ours);
        Files.delete(bare);
      }
      domain.destroy();
    }
    return List.of(
        Result.pairs(
            "restore of an incremental backup, against qemu-img convert",
            Unit.MILLISECONDS,
            restored,
            converted,
            new Target.ThroughputAtLeast(0.9)));
  }

  private static double restoreMillis(
      VmHost host, BackedUpDomain domain, Path backups, Path image) {
    var target = new RestoreTarget.NewFiles(Map.of("vda", image), ImageFormat.QCOW2);
    var request = new BackupRestoreRequest(backups, NEXT, target);
    Stopwatch time = Stopwatch.start();
    domain.await(host.backups().restore(request, JobOptions.none(), CallOptions.none()));
    return time.millis();
  }

  private static double convertMillis(Path backup, Path image)
      throws IOException, InterruptedException {
    Stopwatch time = Stopwatch.start();
    Tool.run(
        "qemu-img", "convert", "-f", "qcow2", "-O", "qcow2", backup.toString(), image.toString());
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
      file.force(true);
    }
    return time.millis();
  }
}
