package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.backup.Extent;
import dev.berth.domain.DomainState;
import dev.berth.error.BusyException;
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
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Backups of domains that have no machine, by a real QEMU that stands in for one; each is compared
 * byte for byte with what was written.
 */
@Tag("once")
@Timeout(300)
final class StoppedBackupTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final Pace SLOW = new Pace(256 * 1024, Compression.NONE);

  @TempDir private Path backups;
  @TempDir private Path truth;
  private int writes;

  @BeforeEach
  void image() throws Exception {
    run("qemu-img", "create", "-q", "-f", "qcow2", disk().toString(), "8M");
    run("qemu-img", "create", "-q", "-f", "raw", now().toString(), "8M");
  }

  @Test
  void chainsGoAcrossStopsAndStarts() throws Exception {
    chainAcrossStopsAndStarts();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionsChainsGoAcrossStopsAndStarts(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    chainAcrossStopsAndStarts();
  }

  private void chainAcrossStopsAndStarts() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      write(host);
      complete(host, "full", Wanted.incremental());
      write(host);
      stop(host);
      complete(host, "stopped", Wanted.since(new BackupName("full")));
      complete(host, "again", Wanted.since(new BackupName("stopped")));
      assertThat(home.runDirectories()).isEmpty();
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      write(host);
      complete(host, "running", Wanted.since(new BackupName("again")));
      write(host);
      stop(host);
      complete(host, "last", Wanted.since(new BackupName("running")));
      complete(host, "since-full", Wanted.since(new BackupName("full")));

      assertThat(list(host))
          .filteredOn(backup -> !backup.name().text().equals("full"))
          .flatExtracting(Backup::disks)
          .allSatisfy(disk -> assertThat(disk.extent()).isEqualTo(Extent.INCREMENTAL));
      assertThat(list(host)).hasSize(6);
      assertThat(marks()).hasSize(6).filteredOn(mark -> mark.contains("auto")).hasSize(1);
    }
    for (String name : List.of("full", "stopped", "again", "running", "last", "since-full")) {
      assertIsAsKept(name);
    }
    run("qemu-img", "check", "-q", disk().toString());
  }

  @Test
  void aDiskThatAnIothreadServesGetsItsMarksWhileTheDomainIsStopped() throws Exception {
    try (VmHost host = home.open()) {
      home.define(
          host,
          "vm",
          "memory: 64MiB",
          "iothreads: [io]",
          "disks:",
          "  - {name: vda, format: qcow2, file: vda, iothread: io}");
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      write(host);
      complete(host, "running", Wanted.incremental());
      stop(host);
      assertThat(marks()).isEmpty();
      complete(host, "stopped", Wanted.incremental());
      assertThat(marks()).hasSize(1);
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      write(host);
      stop(host);
      complete(host, "next", Wanted.since(new BackupName("stopped")));
    }
    for (String name : List.of("running", "stopped", "next")) {
      assertIsAsKept(name);
    }
  }

  @Test
  void whatSomebodyElseWritesMeanwhileIsInTheNextBackup() throws Exception {
    try (VmHost host = home.open()) {
      define(host);
      complete(host, "full", Wanted.full());
      Files.copy(now(), truth.resolve("during"));
      Job job = backup(host, "during", Wanted.full(), SLOW);
      awaitPhase(host, job, "writing");
      host.pauseJob(job.id());
      byte[] header = Files.readAllBytes(disk());
      Files.write(disk(), header); // as it was: the images can be compared, and it counts
      host.resumeJob(job.id());

      assertThat(ended(host, job).status().detail())
          .contains("disk 'vda' does not note", "somebody has changed '" + disk() + "'");
      Job next = complete(host, "next", Wanted.incremental());
      assertThat(next.status().detail()).contains("disk 'vda' is in full", "backup 'during'");
    }
    assertIsAsKept("during");
    assertIsAsKept("next");
  }

  @Test
  void aKilledMachineCostsAFullBackupThatSaysWhy() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, "first", Wanted.full());
      write(host);
      long qemu = host.domain(VM).machine().orElseThrow().pid().orElseThrow();
      ProcessHandle.of(qemu).orElseThrow().destroyForcibly();
      host.await(VM, TestHome.OFF, TestHome.PATIENCE);

      Job second = complete(host, "second", Wanted.incremental());
      assertThat(second.status().detail()).contains("disk 'vda' is in full: ", "backup 'first'");
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      write(host);
      complete(host, "third", Wanted.since(new BackupName("second")));
    }
    assertIsAsKept("second");
    assertIsAsKept("third");
  }

  @Test
  void whatIsBackedUpIsNotStartedUntilItIsThereOrCancelled() throws Exception {
    try (VmHost host = home.open()) {
      define(host);
      complete(host, "full", Wanted.full());
      Job job = backup(host, "cancelled", Wanted.full(), SLOW);
      awaitPhase(host, job, "writing");
      assertThatThrownBy(() -> host.start(VM, StartMode.PAUSED, CallOptions.none()))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining(job.id().text());
      assertThatThrownBy(() -> host.undefine(VM)).isInstanceOf(BusyException.class);

      host.cancelJob(job.id());

      assertThat(ended(host, job).status().state()).isEqualTo(JobState.CANCELLED);
      assertThat(backups.toFile().list()).containsExactly("full");
      assertThat(home.runDirectories()).isEmpty();
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      write(host);
      complete(host, "next", Wanted.since(new BackupName("full")));
    }
    assertIsAsKept("next");
  }

  @Test
  void aBackupGoesOnWithoutItsHostAndIsFoundByTheNext() throws Exception {
    Job job;
    try (VmHost host = home.open()) {
      define(host);
      Files.copy(now(), truth.resolve("held"));
      job = backup(host, "held", Wanted.full(), new Pace(4 << 20, Compression.ZLIB));
      awaitPhase(host, job, "writing");
      host.pauseJob(job.id());
    }
    try (VmHost host = home.open()) {
      assertThat(host.job(job.id()).status().phase()).isEqualTo("paused");
      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.SHUTOFF);
      host.resumeJob(job.id());

      assertThat(ended(host, job).status().phase()).isEqualTo("complete");
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      write(host);
      complete(host, "next", Wanted.since(new BackupName("held")));
    }
    assertIsAsKept("held");
    assertIsAsKept("next");
  }

  @Test
  void aKilledStandInCostsTheBackupAndNothingElse() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, "full", Wanted.full());
      write(host);
      stop(host);
      List<String> before = marks();
      Job job = backup(host, "killed", Wanted.full(), SLOW);
      awaitPhase(host, job, "writing");

      standIn().destroyForcibly();

      assertThat(ended(host, job).status().phase()).isEqualTo("machine-ended");
      assertThat(backups.toFile().list()).containsExactly("full");
      assertThat(home.runDirectories()).isEmpty();
      assertThat(marks()).isEqualTo(before);
      complete(host, "next", Wanted.since(new BackupName("full")));
    }
    assertIsAsKept("next");
  }

  @Test
  void anImageThatSomebodyElseHasOpenIsNotReadAndThatIsTold() throws Exception {
    try (VmHost host = home.open()) {
      define(host);
      Process other =
          new ProcessBuilder("qemu-io", "-f", "qcow2", disk().toString())
              .redirectErrorStream(true)
              .start();
      try {
        assertThat((char) other.getInputStream().read()).isEqualTo('q'); // its prompt

        Job ended = ended(host, backup(host, "none", Wanted.full(), Pace.unlimited()));

        assertThat(ended.status().phase()).isEqualTo("refused-by-qemu");
        assertThat(ended.status().detail())
            .contains("disk 'vda'", "it is open in process " + other.pid() + ", qemu-io")
            .contains("Another process uses the image");
        assertThat(backups).isEmptyDirectory();
      } finally {
        other.getOutputStream().close();
        other.waitFor();
      }
    }
  }

  // ---- the domain

  private void define(VmHost host) {
    home.define(host, "vm", "memory: 64MiB", "disks:", "  - {name: vda, format: qcow2, file: vda}");
  }

  private void start(VmHost host) {
    define(host);
    host.start(VM, StartMode.PAUSED, CallOptions.none());
  }

  private static void stop(VmHost host) {
    host.destroy(VM, Duration.ofSeconds(60), CallOptions.none());
  }

  /** Writes some of the disk, each time something else and elsewhere. */
  private void write(VmHost host) throws Exception {
    writes++;
    String write = "write -P " + writes + " " + writes * 192 + "k 100k";
    for (String command : List.of(write, "flush")) {
      String io = "qemu-io -d /machine/peripheral/disk-vda/virtio-backend \"" + command + "\"";
      String said =
          host.qmp(
              VM,
              QmpRequest.of(
                  "human-monitor-command", Json.text(Json.object().put("command-line", io))),
              CallOptions.within(TestHome.PATIENCE));
      assertThat(said).isEqualTo("\"\"");
    }
    run("qemu-io", "-f", "raw", "-c", write, now().toString());
  }

  /** What each of the image's bitmaps is, by the words of {@code qemu-img}. */
  private List<String> marks() throws Exception {
    String info = run("qemu-img", "info", "--output=json", disk().toString());
    return Json.read(info).findValues("bitmaps").stream()
        .flatMap(all -> Json.elements(all).stream())
        .map(Object::toString)
        .toList();
  }

  private ProcessHandle standIn() {
    String directory = home.runDirectories().get(0).toString();
    return ProcessHandle.allProcesses()
        .filter(process -> commandLine(process.pid()).contains(directory))
        .filter(process -> !commandLine(process.pid()).contains("berth-qemu")) // its shell
        .findFirst()
        .orElseThrow();
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(
          Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }

  // ---- backups

  private Job backup(VmHost host, String name, Wanted wanted, Pace pace) {
    return host.backups()
        .create(
            VM,
            new BackupRequest(new BackupName(name), backups, Set.of(), wanted, pace),
            JobOptions.none(),
            CallOptions.within(TestHome.PATIENCE));
  }

  private List<Backup> list(VmHost host) {
    return host.backups().list(backups, CallOptions.none());
  }

  /** Makes one of what is there now, and keeps that to compare. */
  private Job complete(VmHost host, String name, Wanted wanted) throws IOException {
    Files.copy(now(), truth.resolve(name));
    Job ended = ended(host, backup(host, name, wanted, Pace.unlimited()));
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
    return ended;
  }

  private static Job ended(VmHost host, Job job) {
    return host.awaitJob(job.id(), TestHome.PATIENCE);
  }

  private static void awaitPhase(VmHost host, Job job, String phase) {
    eventually(() -> assertThat(host.job(job.id()).status().phase()).isEqualTo(phase));
  }

  // ---- what is true

  private Path disk() {
    return directory.resolve("vda");
  }

  private Path now() {
    return truth.resolve("now.raw");
  }

  private void assertIsAsKept(String name) throws Exception {
    String image = backups.resolve(name).resolve("vda.qcow2").toString();
    String kept = truth.resolve(name).toString();
    run("qemu-img", "compare", "-q", "-f", "qcow2", "-F", "raw", image, kept);
    run("qemu-img", "check", "-q", image);
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
    return said;
  }
}
