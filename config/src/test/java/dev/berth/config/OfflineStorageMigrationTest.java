package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.control.ControlAccess;
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
import dev.berth.host.RestoreTarget;
import dev.berth.host.StartMode;
import dev.berth.host.StorageCopy;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFormat;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.testing.TestGuest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Domains that are shut off and take their images along, by real QEMUs without guests. */
@Timeout(600)
final class OfflineStorageMigrationTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  /** Slow enough that what is done meanwhile is done meanwhile. */
  private static final long SLOW = 512 << 10;

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
    run("qemu-img", "create", "-q", "-f", "qcow2", here("vda.qcow2"), "16M");
    run("qemu-img", "create", "-q", "-f", "raw", here("vdb.raw"), "8M");
    write("vda.qcow2", "qcow2", "write -P 7 1M 3M");
    write("vdb.raw", "raw", "write -P 8 4M 64k");
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

  @Test
  void itsFilesAreTheSameThereAndItIsBackedUpOnWithoutAFullBackup() throws Exception {
    Path backups = Files.createDirectory(directory.resolve("backups"));
    try (VmHost source = home.open();
        VmHost target = openOther()) {
      define(source, "");
      backUp(source, backups, "before");
      write("vda.qcow2", "qcow2", "write -P 9 9M 128k");

      Job ended = ended(source, migrate(source, request(there)));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      eventually(() -> assertThat(source.list()).isEmpty());
      assertThat(there.toFile().list()).containsExactlyInAnyOrder("vda.qcow2", "vdb.raw");
      for (String image : Set.of("vda.qcow2", "vdb.raw")) {
        assertThat(Files.mismatch(directory.resolve(image), there.resolve(image)))
            .as(image)
            .isEqualTo(-1);
      }
      assertThat(QemuOf.pids(directory)).isEmpty();
      backUp(target, backups, "after");
      assertThat(backup(target, backups, "after").disk("vda").orElseThrow().since())
          .contains(new BackupName("before"));
      assertThat(Files.mismatch(restored(target, backups, "after"), now(there))).isEqualTo(-1);
      target.start(VM, StartMode.PAUSED, PATIENT);
      target.destroy(VM, TestHome.GRACE, PATIENT);
    }
    run("qemu-img", "check", "-q", "-f", "qcow2", there.resolve("vda.qcow2").toString());
  }

  @Test
  void anImageThatStandsOnAnotherStandsOnNoneThereAndIsBackedUpInFull() throws Exception {
    Path backups = Files.createDirectory(directory.resolve("backups"));
    Files.move(directory.resolve("vda.qcow2"), directory.resolve("base.qcow2"));
    overlay();
    write("vda.qcow2", "qcow2", "write -P 9 2M 64k");
    try (VmHost source = home.open();
        VmHost target = openOther()) {
      define(source, ", backing: follow");
      backUp(source, backups, "before");

      Job ended = ended(source, migrate(source, request(there)));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      run("qemu-img", "compare", "-q", here("vda.qcow2"), there.resolve("vda.qcow2").toString());
      Job backup = backUp(target, backups, "after");
      assertThat(backup.status().detail()).contains("in full");
      assertThat(backup(target, backups, "after").disk("vda").orElseThrow().since()).isEmpty();
      assertThat(Files.mismatch(restored(target, backups, "after"), now(there))).isEqualTo(-1);
    }
    run("qemu-img", "check", "-q", "-f", "qcow2", there.resolve("vda.qcow2").toString());
  }

  @Tag("full")
  @Test
  void whatIsCancelledWhileItIsCopiedLeavesNothingThere() throws Exception {
    try (VmHost source = home.open();
        VmHost target = openOther()) {
      define(source, "");
      Job job = copying(source, there);

      source.cancelJob(job.id());

      assertThat(ended(source, job).status().state()).isEqualTo(JobState.CANCELLED);
      assertStays(target);
      assertThat(ended(source, migrate(source, request(there))).status().phase())
          .isEqualTo("complete");
    }
  }

  @Tag("full")
  @Test
  void hostsThatAreClosedWhileImagesAreCopiedGoOnWithThem() throws Exception {
    Job job;
    try (VmHost target = openOther();
        VmHost source = home.open()) {
      assertThat(target.list()).isEmpty();
      define(source, "");
      job = copying(source, there);
    }
    assertThat(QemuOf.pids(directory)).hasSize(2);
    try (VmHost target = openOther();
        VmHost source = home.open()) {
      Job ended = ended(source, job);
      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      target.start(VM, StartMode.PAUSED, PATIENT);
      target.destroy(VM, TestHome.GRACE, PATIENT);
    }
    assertThat(QemuOf.pids(directory)).isEmpty();
  }

  @Tag("full")
  @Test
  void aTargetWhoseDiskBecomesFullKeepsNothing() throws Exception {
    write("vdb.raw", "raw", "write -P 8 0 8M");
    run("qemu-img", "convert", "-c", "-O", "qcow2", here("vdb.raw"), here("base.qcow2"));
    run("qemu-img", "resize", "-q", "-f", "qcow2", here("base.qcow2"), "16M");
    overlay();
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("small"));
        VmHost source = home.open();
        VmHost target = openOther()) {
      define(source, ", backing: follow", "");
      Path small = Files.createDirectory(disk.resolve("images"));

      Job ended = ended(source, migrate(source, request(small)));

      assertThat(ended.status().state()).as("%s", ended).isEqualTo(JobState.FAILED);
      assertThat(ended.status().detail()).contains("No space left on device");
      assertStays(target);
      assertThat(small).isEmptyDirectory();
      fill(disk.resolve("ballast"));
      assertThat(source.migrations().obstacles(VM, request(small), PATIENT))
          .anyMatch(it -> it.contains("its images take"));
    }
  }

  // ---- short ways

  private String here(String image) {
    return directory.resolve(image).toString();
  }

  private void write(String image, String format, String command) throws Exception {
    run("qemu-io", "-f", format, "-c", command, here(image));
  }

  private void overlay() throws Exception {
    String base = here("base.qcow2");
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, here("vda.qcow2"));
  }

  private void define(VmHost host, String more) {
    define(host, more, "- {name: vdb, file: vdb.raw, format: raw}");
  }

  /** With a first disk that has those keys of its own, too. */
  private void define(VmHost host, String more, String others) {
    home.defineGuestWith(
        host,
        "vm",
        "memory: 128MiB\ndisks:\n"
            + "- {name: vda, file: vda.qcow2, format: qcow2"
            + more
            + "}\n"
            + others,
        TestGuest.running("heartbeat"));
  }

  private MigrationRequest request(Path images) {
    return MigrationRequest.to(other).with(StorageCopy.into(images));
  }

  private static Job migrate(VmHost host, MigrationRequest request) {
    return host.migrations().migrateOffline(VM, request, JobOptions.none(), PATIENT);
  }

  /** One whose images are copied for some time. */
  private Job copying(VmHost host, Path images) {
    MigrationRequest slow =
        new MigrationRequest(other, Optional.of(SLOW), Optional.empty(), Convergence.LEFT_TO_GUEST)
            .with(StorageCopy.into(images));
    Job job = migrate(host, slow);
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

  private void assertStays(VmHost target) {
    eventually(() -> assertThat(target.list()).isEmpty());
    eventually(() -> assertThat(QemuOf.pids(directory)).isEmpty());
    assertThat(there).isEmptyDirectory();
  }

  private static void fill(Path ballast) throws IOException {
    try (OutputStream file = Files.newOutputStream(ballast)) {
      byte[] block = new byte[64 << 10];
      while (true) {
        file.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  /** What is on the disk. */
  private Path now(Path images) throws Exception {
    Path raw = directory.resolve("now.raw");
    String image = images.resolve("vda.qcow2").toString();
    run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", image, raw.toString());
    return raw;
  }

  private static Job backUp(VmHost host, Path backups, String name) {
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
    return ended;
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
