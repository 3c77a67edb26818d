package dev.berth.bench;

import dev.berth.backup.BackupName;
import dev.berth.domain.DomainState;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Backups of a disk, in full and of what has changed, against the same {@code blockdev-backup} by
 * the least that can send it. On both sides an image is made, written, closed and on the disk.
 */
final class BackupExperiment implements Experiment {
  private static final long DISK_BYTES = 16L << 30;
  private static final int WRITTEN_MEBIBYTES = 512;

  /** A hundredth of the disk, in parts. */
  private static final int PARTS = 10;

  private static final int PART_MEBIBYTES = 16;

  /** A round takes many seconds, nearly all of them QEMU's. */
  private static final int MOST_WARM_UPS = 4;

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @Override
  public String name() {
    return "backup";
  }

  @Override
  public List<Result> run(Plan wanted, BenchDirectory directory) throws Exception {
    Plan plan = new Plan(Math.min(wanted.warmUps(), MOST_WARM_UPS), wanted.pairs());
    Path home = Files.createDirectory(directory.resolve("backup"));
    Path backups = Files.createDirectory(home.resolve("backups"));
    Path bareImage = Files.copy(image(home), home.resolve("bare.qcow2"));
    BenchHost hosts = new BenchHost(home);
    DomainRef domain = start(hosts, home);
    LaunchRecord launch = hosts.launches().get(0);
    Series full = plan.series();
    Series bareFull = plan.series();
    Series changed = plan.series();
    Series bareChanged = plan.series();
    try (VmHost host = hosts.open();
        BareBackups bare =
            BareBackups.of(launch.argv().get(0), bareImage, DISK_BYTES, home.resolve("bare"))) {
      host.await(domain, Set.of(DomainState.PAUSED), PATIENCE);
      for (int round = 0; round < plan.rounds(); round++) {
        full.add(backupMillis(host, domain, backups, "full", Wanted.full()));
        bareFull.add(bare.fullMillis());
        for (String write : writes(round)) {
          write(host, domain, write);
          bare.write(write);
        }
        changed.add(
            backupMillis(host, domain, backups, "next", Wanted.since(new BackupName("full"))));
        bareChanged.add(bare.changedMillis());
        requireAlike(backups.resolve("full/vda.qcow2"), bare.fullImage());
        requireAlike(backups.resolve("next/vda.qcow2"), bare.changedImage());
        BareBackups.clear(backups);
        bare.clear();
      }
      BenchHost.destroy(host, domain);
    }
    return List.of(
        Result.pairs(
            "full backup of " + WRITTEN_MEBIBYTES + " MiB, against blockdev-backup",
            Unit.MILLISECONDS,
            full,
            bareFull,
            new Target.ThroughputAtLeast(0.97)),
        Result.pairs(
            "incremental backup of 1 % of 16 GiB, against blockdev-backup",
            Unit.MILLISECONDS, changed, bareChanged, new Target.ThroughputAtLeast(0.95)));
  }

  private static Path image(Path home) throws IOException, InterruptedException {
    Path raw = home.resolve("vda.raw");
    Random content = new Random(1);
    byte[] mebibyte = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(raw)) {
      for (int i = 0; i < WRITTEN_MEBIBYTES; i++) {
        content.nextBytes(mebibyte);
        out.write(mebibyte);
      }
    }
    Path image = home.resolve("vda.qcow2");
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.toString(), image.toString());
    run("qemu-img", "resize", "-q", "-f", "qcow2", image.toString(), "" + DISK_BYTES);
    Files.delete(raw);
    return image;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    int code = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + code);
    }
  }

  private static DomainRef start(BenchHost hosts, Path home) {
    try (VmHost host = hosts.open()) {
      DomainRef domain =
          BenchHost.define(
              host,
              home,
              BenchHost.small(0) + "disks: [{name: vda, file: vda.qcow2, format: qcow2}]\n");
      host.start(domain, StartMode.PAUSED, CallOptions.none());
      return domain;
    }
  }

  private static List<String> writes(int round) {
    return IntStream.range(0, PARTS)
        .mapToObj(
            part ->
                "write -P %d %dM %dM"
                    .formatted(1 + round, part * WRITTEN_MEBIBYTES / PARTS, PART_MEBIBYTES))
        .toList();
  }

  private static void write(VmHost host, DomainRef domain, String write) throws IOException {
    String command = "qemu-io -d /machine/peripheral/disk-vda/virtio-backend \"" + write + "\"";
    String arguments = Json.text(Json.object().put("command-line", command));
    String told =
        Json.read(
                host.qmp(
                    domain,
                    QmpRequest.of("human-monitor-command", arguments),
                    CallOptions.within(PATIENCE)))
            .asText();
    if (told.contains("rror")) {
      throw new IOException("QEMU did not write: " + told);
    }
  }

  private static double backupMillis(
      VmHost host, DomainRef domain, Path backups, String name, Wanted wanted) {
    BackupRequest request =
        new BackupRequest(new BackupName(name), backups, Set.of(), wanted, Pace.unlimited());
    Stopwatch time = Stopwatch.start();
    Job job = host.backups().create(domain, request, JobOptions.none(), CallOptions.none());
    Job ended = host.awaitJob(job.id(), PATIENCE);
    double millis = time.millis();
    if (ended.status().state() != JobState.SUCCEEDED || !ended.status().detail().isEmpty()) {
      throw new IllegalStateException("a backup ended as " + ended);
    }
    return millis;
  }

  /** Both sides have done the same. */
  private static void requireAlike(Path ours, Path bare) throws IOException {
    long more = Files.size(ours) - Files.size(bare);
    if (Math.abs(more) > 1 << 20) {
      throw new IllegalStateException(ours + " has " + more + " bytes more than " + bare);
    }
  }
}
