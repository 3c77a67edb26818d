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
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** A domain whose one disk is backed up. Its guest stands, and QEMU writes as a guest would. */
final class BackedUpDomain {
  static final long DISK_BYTES = 16L << 30;
  static final int WRITTEN_MEBIBYTES = 512;

  /** A hundredth of the disk, in parts. */
  private static final int PARTS = 10;

  private static final int PART_MEBIBYTES = 16;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final VmHost host;
  private final DomainRef domain;
  private final Path backups;

  private BackedUpDomain(VmHost host, DomainRef domain, Path backups) {
    this.host = host;
    this.domain = domain;
    this.backups = backups;
  }

  /** Defines and starts one in that home, with a disk made by {@link #image}. */
  static DomainRef start(BenchHost hosts, Path home) {
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

  /**
   * One that was started, once its host knows it again.
   *
   * @param backups where its backups go
   */
  static BackedUpDomain of(VmHost host, DomainRef domain, Path backups) {
    host.await(domain, Set.of(DomainState.PAUSED), PATIENCE);
    return new BackedUpDomain(host, domain, backups);
  }

  /** Makes the image of its disk. */
  static Path image(Path home) throws IOException, InterruptedException {
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
    Tool.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.toString(), image.toString());
    Tool.run("qemu-img", "resize", "-q", "-f", "qcow2", image.toString(), "" + DISK_BYTES);
    Files.delete(raw);
    return image;
  }

  /** What is written between two backups, in the words of {@code qemu-io}. */
  static List<String> writes(int round) {
    return IntStream.range(0, PARTS)
        .mapToObj(
            part ->
                "write -P %d %dM %dM"
                    .formatted(1 + round, part * WRITTEN_MEBIBYTES / PARTS, PART_MEBIBYTES))
        .toList();
  }

  /** Writes to the disk. */
  void write(String write) throws IOException {
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

  /** Makes a backup; returns how long that took. */
  double backupMillis(String name, Wanted wanted) {
    BackupRequest request =
        new BackupRequest(new BackupName(name), backups, Set.of(), wanted, Pace.unlimited());
    Stopwatch time = Stopwatch.start();
    await(host.backups().create(domain, request, JobOptions.none(), CallOptions.none()));
    return time.millis();
  }

  /** Waits for the end of a job, which is to have done all that was asked for. */
  void await(Job job) {
    Job ended = host.awaitJob(job.id(), PATIENCE);
    if (ended.status().state() != JobState.SUCCEEDED || !ended.status().detail().isEmpty()) {
      throw new IllegalStateException("a job ended as " + ended);
    }
  }

  void destroy() {
    BenchHost.destroy(host, domain);
  }
}
