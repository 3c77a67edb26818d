package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.control.ControlAccess;
import dev.berth.domain.DomainState;
import dev.berth.error.UnsupportedException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Compression;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.QmpRequest;
import dev.berth.host.RestoreTarget;
import dev.berth.host.StartMode;
import dev.berth.host.StorageCopy;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFormat;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import dev.berth.tls.TestAuthority;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real machines that take their images along while their guests write to them. */
@Timeout(600)
final class StorageMigrationTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);
  private static final int BLOCKS = 32;

  /** Slow enough that what is done meanwhile is done meanwhile. */
  private static final long SLOW = 4 << 20;

  private TestHome otherHome;
  private Path otherDirectory;
  private Path there;
  private URI other;

  @BeforeEach
  void anotherHome() throws Exception {
    otherDirectory = Files.createDirectory(directory.resolve("b"));
    otherHome = new TestHome(otherDirectory);
    there = Files.createDirectory(directory.resolve("there"));
    other = URI.create("unix:" + otherDirectory.resolve("s"));
    run("qemu-img", "create", "-q", "-f", "qcow2", here("vda.qcow2").toString(), "16M");
    run("qemu-img", "create", "-q", "-f", "raw", here("vdb.raw").toString(), "8M");
  }

  @AfterEach
  void nothingIsLeftThere() {
    otherHome.clear();
    assertThat(otherHome.runDirectories()).isEmpty();
  }

  private VmHost openOther() {
    return Berth.open(
        otherHome.settings().control(otherDirectory.resolve("s"), ControlAccess.OWNER_ONLY));
  }

  @Tag("once")
  @Test
  void aGuestTakesItsDisksAlongAndIsBackedUpOnWithoutAFullBackup() throws Exception {
    Job ended = goesOnWithItsChain(request(), there);

    assertThat(ended.status().detail())
        .contains("its images stay here: '" + here("vda.qcow2") + "'");
    assertThat(there.toFile().list()).containsExactlyInAnyOrder("vda.qcow2", "vdb.raw");
  }

  @Tag("full")
  @Test
  void aGuestWhoseDisksAreSharedIsBackedUpOnWithoutAFullBackup() throws Exception {
    goesOnWithItsChain(MigrationRequest.to(other), directory);

    assertThat(there).isEmptyDirectory();
  }

  @Tag("full")
  @Test
  void aGuestTakesItsDisksToAHostElsewhereAndIsBackedUpOnWithoutAFullBackup() throws Exception {
    TestAuthority authority = TestAuthority.create("CN=Authority");
    TlsHome.of(home, authority, "host-a", "127.0.0.12", "host-b");
    TlsHome elsewhere = TlsHome.of(otherHome, authority, "host-b", "127.0.0.13", "host-a");

    goesOnWithItsChain(MigrationRequest.to(elsewhere.uri()).with(StorageCopy.into(there)), there);

    assertThat(there.toFile().list()).containsExactlyInAnyOrder("vda.qcow2", "vdb.raw");
  }

  private Job goesOnWithItsChain(MigrationRequest request, Path images) throws Exception {
    Path backups = Files.createDirectory(directory.resolve("backups"));
    Path image = images.resolve("vda.qcow2");
    Job ended;
    try (VmHost source = home.open();
        VmHost target = openOther()) {
      FileInputStream log = start(source);
      backUp(source, backups, "before");

      ended = ended(source, migrate(source, request));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      eventually(() -> assertThat(source.list()).isEmpty());
      assertThat(target.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);
      String before = text(log);
      awaitMore(target, before);

      target.pause(VM, PATIENT);
      flush(target);
      backUp(target, backups, "after");

      assertThat(backup(target, backups, "after").disk("vda").orElseThrow().since())
          .contains(new BackupName("before"));
      Path now = now(image);
      WrittenBlocks.assertIn(now, before + ConsoleLog.of(target, VM).text(), BLOCKS);
      assertThat(Files.mismatch(restored(target, backups, "after"), now)).isEqualTo(-1);
      target.destroy(VM, TestHome.GRACE, PATIENT);
    }
    run("qemu-img", "check", "-q", "-f", "qcow2", image.toString());
    return ended;
  }

  @Tag("full")
  @Test
  void whatIsCancelledWhileItIsCopiedLeavesNothingThere() throws Exception {
    try (VmHost source = home.open();
        VmHost target = openOther()) {
      FileInputStream log = start(source);
      Job job = copying(source);

      source.cancelJob(job.id());

      Job ended = ended(source, job);
      assertThat(ended.status().state()).as("%s", ended).isEqualTo(JobState.CANCELLED);
      assertStays(source, target, log);

      assertThat(ended(source, migrate(source, request())).status().phase()).isEqualTo("complete");
      target.destroy(VM, TestHome.GRACE, PATIENT);
    }
  }

  @Tag("full")
  @Test
  void aSourceThatIsClosedWhileImagesAreCopiedLosesNothing() throws Exception {
    String before;
    try (VmHost target = openOther()) {
      try (VmHost source = home.open()) {
        FileInputStream log = start(source);
        copying(source);
        before = text(log);
      }
      try (VmHost source = home.open()) {
        target.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
        eventually(() -> assertThat(source.list()).isEmpty());
      }
      assertThat(QemuOf.pids(directory)).hasSize(1);
      assertThat(before).contains("WROTE");
      target.destroy(VM, TestHome.GRACE, PATIENT);
    }
  }

  @Tag("full")
  @Test
  void aTargetWhoseQemuDiesWhileImagesAreCopiedLeavesTheGuestWhereItWas() throws Exception {
    try (VmHost source = home.open();
        VmHost target = openOther()) {
      FileInputStream log = start(source);
      Job job = copying(source);

      QemuOf.machine(otherDirectory, target.domain(VM)).kill();

      Job ended = ended(source, job);
      assertThat(ended.status().state()).as("%s", ended).isEqualTo(JobState.FAILED);
      assertStays(source, target, log);
    }
  }

  @Tag("full")
  @Test
  void noImageThatIsThereAlreadyIsOverwritten() throws Exception {
    Files.writeString(there.resolve("vda.qcow2"), "somebody's");
    try (VmHost source = home.open();
        VmHost target = openOther()) {
      start(source).close();

      assertThat(source.migrations().obstacles(VM, request(), PATIENT))
          .anyMatch(each -> each.contains("there is a file '" + there.resolve("vda.qcow2") + "'"));
      assertThatExceptionOfType(UnsupportedException.class)
          .isThrownBy(() -> migrate(source, request()));

      assertThat(there.resolve("vda.qcow2")).hasContent("somebody's");
      assertThat(source.jobs()).isEmpty();
      assertThat(target.list()).isEmpty();
    }
  }

  // ---- short ways

  private Path here(String image) {
    return directory.resolve(image);
  }

  private MigrationRequest request() {
    return MigrationRequest.to(other).with(StorageCopy.into(there));
  }

  private FileInputStream start(VmHost host) throws Exception {
    home.defineGuestWith(
        host,
        "vm",
        "memory: 128MiB\ndisks:\n"
            + "- {name: vda, file: vda.qcow2, format: qcow2}\n"
            + "- {name: vdb, file: vdb.raw, format: raw}",
        TestGuest.running("heartbeat", "writer /dev/vda " + BLOCKS));
    host.start(VM, StartMode.RUNNING, PATIENT);
    ConsoleLog.of(host, VM)
        .await(text -> WrittenBlocks.count(text) > BLOCKS, "a round", TestHome.PATIENCE);
    return new FileInputStream(
        home.settings()
            .layout()
            .logDirectory()
            .resolve(host.domain(VM).uuid().toString())
            .resolve("console.log")
            .toFile());
  }

  private static Job migrate(VmHost host, MigrationRequest request) {
    return host.migrations().migrate(VM, request, JobOptions.none(), PATIENT);
  }

  /** One whose images are copied for some time. */
  private Job copying(VmHost host) {
    Job job =
        migrate(
            host,
            new MigrationRequest(
                    other,
                    Optional.of(SLOW),
                    Optional.of(Duration.ofSeconds(10)), // the guest writes as fast as that
                    Convergence.LEFT_TO_GUEST)
                .with(StorageCopy.into(there)));
    eventually(
        () -> {
          Job now = host.job(job.id());
          assertThat(now.status().phase()).as("%s", now).isEqualTo("copying-storage");
          assertThat(now.status().progress()).isPresent();
        });
    return job;
  }

  private static Job ended(VmHost host, Job job) {
    return host.awaitJob(job.id(), TestHome.PATIENCE);
  }

  private void assertStays(VmHost source, VmHost target, FileInputStream log) throws IOException {
    source.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
    eventually(() -> assertThat(target.list()).isEmpty());
    eventually(() -> assertThat(QemuOf.pids(directory)).hasSize(1));
    assertThat(there.toFile().list()).isEmpty();
    int soFar = WrittenBlocks.count(text(log));
    ConsoleLog.of(source, VM)
        .await(text -> WrittenBlocks.count(text) > soFar + 2, "writes", TestHome.PATIENCE);
  }

  /** Reads on when its file has gone. */
  private static String text(FileInputStream log) throws IOException {
    try (log) {
      return new String(log.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void awaitMore(VmHost host, String before) {
    int soFar = WrittenBlocks.count(before);
    ConsoleLog.of(host, VM)
        .await(
            text -> WrittenBlocks.count(before + text) > soFar + BLOCKS,
            "another round",
            TestHome.PATIENCE);
  }

  private static void flush(VmHost host) {
    String flush = "qemu-io -d /machine/peripheral/disk-vda/virtio-backend \"flush\"";
    host.qmp(
        VM,
        QmpRequest.of("human-monitor-command", Json.text(Json.object().put("command-line", flush))),
        PATIENT);
  }

  /** What is on the disk, of a guest that stands. */
  private Path now(Path image) throws Exception {
    Path raw = directory.resolve("now.raw");
    run("qemu-img", "convert", "-U", "-f", "qcow2", "-O", "raw", image.toString(), raw.toString());
    return raw;
  }

  private static void backUp(VmHost host, Path backups, String name) {
    BackupRequest request =
        new BackupRequest(
            new BackupName(name),
            backups,
            Set.of("vda"),
            Wanted.incremental(),
            new Pace(0, Compression.NONE),
            BackupRequest.Quiesce.NONE);
    Job ended = ended(host, host.backups().create(VM, request, JobOptions.none(), PATIENT));
    assertThat(ended.status().state()).as("%s", ended).isEqualTo(JobState.SUCCEEDED);
  }

  private static Backup backup(VmHost host, Path backups, String name) {
    return host.backups().list(backups, PATIENT).stream()
        .filter(it -> it.name().text().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Path restored(VmHost host, Path backups, String name) {
    Path restored = directory.resolve(name + ".raw");
    BackupRestoreRequest request =
        new BackupRestoreRequest(
            backups,
            new BackupName(name),
            new RestoreTarget.NewFiles(Map.of("vda", restored), ImageFormat.RAW));
    Job ended = ended(host, host.backups().restore(request, JobOptions.none(), PATIENT));
    assertThat(ended.status().state()).as("%s", ended).isEqualTo(JobState.SUCCEEDED);
    return restored;
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
  }
}
