package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.backup.BackupName;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Compression;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine with two disks to be backed up. What is written to them is written to images beside as
 * well, so that it is known what each backup has to have.
 */
abstract class BackupFixture extends HomeFixture {
  static final DomainRef VM = DomainRef.of("vm");
  static final Pace SLOW = new Pace(256 * 1024, Compression.NONE);

  @TempDir Path backups;
  @TempDir Path truth;
  private final Map<String, Integer> writes = new TreeMap<>();

  @BeforeEach
  final void images() throws Exception {
    for (String disk : List.of("vda", "vdb")) {
      run("qemu-img", "create", "-q", "-f", "qcow2", directory.resolve(disk).toString(), "8M");
      run("qemu-img", "create", "-q", "-f", "raw", now(disk).toString(), "8M");
    }
  }

  final void start(VmHost host) {
    home.define(
        host,
        "vm",
        "memory: 64MiB",
        "disks:",
        "  - {name: vda, format: qcow2, file: vda}",
        "  - {name: vdb, format: qcow2, file: vdb}");
    host.start(VM, StartMode.PAUSED, CallOptions.none());
  }

  /** Writes some of that disk, each time something else and elsewhere. */
  final void write(VmHost host, String disk, int what) throws Exception {
    int where = writes.merge(disk, 1, Integer::sum) * 192;
    write(host, disk, "write -P " + what + " " + where + "k 100k");
  }

  final void write(VmHost host, String disk, String write) throws Exception {
    assertThat(query(host, "human-monitor-command", io(disk, write)).asText()).isEmpty();
    query(host, "human-monitor-command", io(disk, "flush"));
    run("qemu-io", "-f", "raw", "-c", write, now(disk).toString());
  }

  private static String io(String disk, String command) {
    return Json.text(
        Json.object()
            .put(
                "command-line",
                "qemu-io -d /machine/peripheral/disk-"
                    + disk
                    + "/virtio-backend \""
                    + command
                    + "\""));
  }

  static JsonNode query(VmHost host, String command, String arguments) throws IOException {
    return Json.read(
        host.qmp(VM, QmpRequest.of(command, arguments), CallOptions.within(TestHome.PATIENCE)));
  }

  final BackupRequest request(String name, Wanted wanted) {
    return new BackupRequest(new BackupName(name), backups, Set.of(), wanted, Pace.unlimited());
  }

  final BackupRequest slow(String name) {
    return new BackupRequest(new BackupName(name), backups, Set.of(), Wanted.full(), SLOW);
  }

  static Job backup(VmHost host, BackupRequest request) {
    return host.backups()
        .create(VM, request, JobOptions.none(), CallOptions.within(TestHome.PATIENCE));
  }

  static Job complete(VmHost host, BackupRequest request) {
    Job ended = ended(host, backup(host, request));
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
    return ended;
  }

  static Job ended(VmHost host, Job job) {
    return host.awaitJob(job.id(), TestHome.PATIENCE);
  }

  static void awaitPhase(VmHost host, Job job, String phase) {
    eventually(() -> assertThat(host.job(job.id()).status().phase()).isEqualTo(phase));
  }

  final Path now(String disk) {
    return truth.resolve(disk + ".raw");
  }

  /** What is on the disks now is what a backup of that name is to have. */
  final void keep(String name) throws IOException {
    for (String disk : List.of("vda", "vdb")) {
      Files.copy(now(disk), truth.resolve(name + "." + disk));
    }
  }

  static String sha256(Path file) throws Exception {
    return run("sha256sum", file.toString()).split(" ")[0];
  }

  static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
    return said;
  }
}
