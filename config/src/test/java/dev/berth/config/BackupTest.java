package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.backup.Checkpoint;
import dev.berth.backup.CheckpointName;
import dev.berth.backup.Extent;
import dev.berth.domain.DomainState;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFormat;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Backups of real machines. What is written to their disks is written to images beside as well,
 * with which each backup is compared byte for byte.
 */
@Tag("once")
@Timeout(300)
final class BackupTest extends BackupFixture {
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  /** Where the header of a qcow2 says where its first table is. */
  private static final int L1_OFFSET = 40;

  @Test
  void eachBackupHasWhatWasThereAtItsMoment() throws Exception {
    chainOfBackups();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionBacksUpWhatWasThere(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    chainOfBackups();
  }

  private void chainOfBackups() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      List<String> before = parts(host);
      write(host, "vda", 1);
      write(host, "vdb", 2);
      complete(host, request("full", Wanted.incremental()));
      keep("full");
      write(host, "vda", 3);
      complete(host, request("second", Wanted.incremental()));
      keep("second");
      write(host, "vda", 4);
      write(host, "vdb", 5);
      complete(host, request("third", Wanted.incremental()));
      keep("third");
      write(host, "vdb", 6);
      complete(host, request("since-full", Wanted.since(new BackupName("full"))));
      keep("since-full");

      List<Backup> all = host.backups().list(backups, CallOptions.none());
      assertThat(all)
          .extracting(backup -> backup.name().text())
          .containsExactly("full", "second", "third", "since-full");
      assertThat(all.get(0).disks())
          .allSatisfy(
              disk -> {
                assertThat(disk.extent()).isEqualTo(Extent.FULL);
                assertThat(disk.reason()).contains("no earlier backup");
                assertThat(disk.content().sha256()).isEqualTo(sha256(disk.file()));
              });
      assertThat(all.subList(1, 4))
          .flatExtracting(Backup::disks)
          .allSatisfy(
              disk -> {
                assertThat(disk.extent()).isEqualTo(Extent.INCREMENTAL);
                assertThat(disk.content().sha256()).isEqualTo(sha256(disk.file()));
              });
      assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(before);
    }
    for (String name : List.of("full", "second", "third", "since-full")) {
      assertIsAsKept(name);
    }
    assertSourcesAreWhole();
  }

  @Test
  void checkpointsAreInTheImagesAndNothingIsMissedWhenTheyGo() throws Exception {
    CheckpointName patch = new CheckpointName("before-patch");
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("full", Wanted.full()));
      write(host, "vda", 1);
      host.backups().createCheckpoint(VM, patch, Set.of(), PATIENT);
      write(host, "vda", 2);
      write(host, "vdb", 3);

      List<Checkpoint> both = host.backups().checkpoints(VM, PATIENT);
      assertThat(both).hasSize(2);
      assertThat(both.get(0).name()).isEmpty();
      assertThat(both.get(1).name()).contains(patch);
      assertThat(both.get(1).disks())
          .allSatisfy(
              disk -> {
                assertThat(disk.state()).isEqualTo(Checkpoint.State.RECORDING);
                assertThat(disk.dirtyBytes()).isBetween(100L << 10, 256L << 10);
              });
      host.destroy(VM, Duration.ofSeconds(60), CallOptions.none());
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      assertThat(host.backups().checkpoints(VM, PATIENT).get(1).name()).contains(patch);

      host.backups().deleteCheckpoint(VM, patch, PATIENT);
      assertThat(host.backups().checkpoints(VM, PATIENT)).hasSize(1);
      write(host, "vdb", 4);
      complete(host, request("next", Wanted.since(new BackupName("full"))));
      keep("next");
    }
    assertIsAsKept("next");
    assertSourcesAreWhole();
  }

  @Test
  void aRawBackupIsTheDiskAndLaterOnesStandOnIt() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      write(host, "vda", 1);
      complete(host, request("raw", Wanted.full()).with(ImageFormat.RAW));
      for (String disk : List.of("vda", "vdb")) {
        run("cmp", backups.resolve("raw/" + disk + ".raw").toString(), now(disk).toString());
      }
      write(host, "vda", 2);
      complete(host, request("next", Wanted.since(new BackupName("raw"))));
      keep("next");
      write(host, "vdb", 3);

      for (String name : List.of("raw", "next")) {
        Job verified =
            host.backups().verify(backups, new BackupName(name), JobOptions.none(), PATIENT);
        assertThat(ended(host, verified).status().phase()).isEqualTo("complete");
      }
      Path restored = truth.resolve("restored");
      Job job =
          host.backups()
              .restore(
                  new BackupRestoreRequest(
                      backups,
                      new BackupName("next"),
                      new NewFiles(Map.of("vda", restored), ImageFormat.RAW)),
                  JobOptions.none(),
                  PATIENT);
      assertThat(ended(host, job).status().phase()).isEqualTo("complete");
      run("cmp", restored.toString(), truth.resolve("next.vda").toString());
    }
    assertIsAsKept("next");
    assertSourcesAreWhole();
  }

  @Test
  void whatIsWrittenIsNotedOverACleanEnd() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("full", Wanted.full()));
      write(host, "vda", 1);
      host.destroy(VM, Duration.ofSeconds(60), CallOptions.none());
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      write(host, "vdb", 2);

      complete(host, request("next", Wanted.since(new BackupName("full"))));
      keep("next");
    }
    assertIsAsKept("next");
  }

  @Test
  void aKilledQemuCostsAFullBackupThatSaysWhy() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("first", Wanted.full()));
      write(host, "vda", 1);
      long qemu = host.domain(VM).machine().orElseThrow().pid().orElseThrow();
      ProcessHandle.of(qemu).orElseThrow().destroyForcibly();
      host.await(VM, TestHome.OFF, TestHome.PATIENCE);
      host.start(VM, StartMode.PAUSED, CallOptions.none());

      assertThatThrownBy(() -> backup(host, request("x", Wanted.since(new BackupName("first")))))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContainingAll("since 'first'", "Make a full backup.");
      Job ended = complete(host, request("second", Wanted.incremental()));
      keep("second");
      assertThat(ended.status().detail()).contains("disk 'vda' is in full: ", "backup 'first'");
      write(host, "vda", 2);
      complete(host, request("third", Wanted.since(new BackupName("second"))));
      keep("third");
    }
    assertIsAsKept("second");
    assertIsAsKept("third");
  }

  @Test
  void aBackupGoesOnWithoutItsHostAndIsFoundByTheNext() throws Exception {
    Job job;
    try (VmHost host = home.open()) {
      start(host);
      write(host, "vda", 1);
      keep("slow");
      job = backup(host, slow("slow"));
      awaitPhase(host, job, "writing");
      write(host, "vda", 2);
    }
    try (VmHost host = home.open()) {
      host.await(VM, Set.of(DomainState.PAUSED), TestHome.PATIENCE);
      assertThat(host.job(job.id()).status().phase()).isEqualTo("writing");
      setSpeed(host, job, 0);
      assertThat(ended(host, job).status().phase()).isEqualTo("complete");
      complete(host, request("next", Wanted.since(new BackupName("slow"))));
      keep("next");
    }
    assertIsAsKept("slow");
    assertIsAsKept("next");
    assertSourcesAreWhole();
  }

  @Test
  void whatIsCancelledLeavesNothingAndLosesNoNote() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("full", Wanted.full()));
      List<String> before = parts(host);
      write(host, "vda", 1);
      Job job = backup(host, slow("cancelled"));
      awaitPhase(host, job, "writing");
      write(host, "vda", 2);
      assertThatThrownBy(() -> backup(host, request("x", Wanted.full())))
          .isInstanceOf(BusyException.class);
      assertThatThrownBy(
              () ->
                  host.detachDisk(VM, "vdb", EditScope.LIVE, JobOptions.none(), CallOptions.none()))
          .isInstanceOf(BusyException.class);

      host.cancelJob(job.id());

      assertThat(ended(host, job).status().state()).isEqualTo(JobState.CANCELLED);
      assertThat(backups.toFile().list()).containsExactly("full");
      assertThat(parts(host)).containsExactlyInAnyOrderElementsOf(before);
      complete(host, request("next", Wanted.since(new BackupName("full"))));
      keep("next");
    }
    assertIsAsKept("next");
  }

  @Test
  void whatIsHeldWaitsAndGoesOn() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      Job job = backup(host, slow("held"));
      awaitPhase(host, job, "writing");

      assertThat(host.pauseJob(job.id()).status().phase()).isEqualTo("paused");
      eventually(
          () ->
              assertThat(query(host, "query-jobs", "{}").findValuesAsText("status"))
                  .contains("paused"));
      assertThat(host.resumeJob(job.id()).status().phase()).isEqualTo("writing");
      setSpeed(host, job, 0);

      assertThat(ended(host, job).status().state()).isEqualTo(JobState.SUCCEEDED);
    }
  }

  @Test
  void aMachineThatEndsLeavesNoHalfBackupAndTheNextHasEverything() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("full", Wanted.full()));
      write(host, "vda", 1);
      Job job = backup(host, slow("half"));
      awaitPhase(host, job, "writing");
      write(host, "vda", 2);

      host.destroy(VM, Duration.ofSeconds(60), CallOptions.none());

      assertThat(ended(host, job).status().phase()).isEqualTo("machine-ended");
      assertThat(backups.toFile().list()).containsExactly("full");
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      complete(host, request("next", Wanted.incremental()));
      keep("next");
    }
    assertIsAsKept("next");
    assertSourcesAreWhole();
  }

  @Test
  void aFullDiskEndsTheJobWithTheReasonAndNothingIsLost() throws Exception {
    try (SmallDisk small = SmallDisk.mount(truth.resolve("small"));
        VmHost host = home.open()) {
      start(host);
      host.resume(VM, CallOptions.none()); // only while the guest runs QEMU closes what it is told
      BackupRequest full =
          new BackupRequest(
              new BackupName("full"), small.resolve(""), Set.of(), Wanted.full(), Pace.unlimited());
      write(host, "vda", "write -P 9 0 8M");

      Job ended = ended(host, backup(host, full));

      assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
      assertThat(ended.status().detail()).contains("No space left on device");
      assertThat(small.resolve("")).isEmptyDirectory();
      eventually(() -> assertThat(query(host, "query-fdsets", "{}")).hasSize(2));
      complete(host, request("elsewhere", Wanted.full()));
      keep("elsewhere");
    }
    assertIsAsKept("elsewhere");
  }

  @Test
  void whatQemuCannotWriteAtItsEndIsToldAndNothingIsLost() throws Exception {
    try (SmallDisk small = SmallDisk.mount(truth.resolve("small"))) {
      Job job;
      QemuOf qemu;
      try (VmHost host = home.open()) {
        start(host);
        complete(host, request("full", Wanted.full()));
        write(host, "vda", "write -P 9 0 1M");
        keep("next");
        job = backup(host, only("vda", small.resolve(""), "late"));
        awaitPhase(host, job, "writing");
        byHand(host, job, "job-pause");
        qemu = QemuOf.machine(home.directory(), host.domain(VM));
      }
      qemu.runStateAfter(resumed(job));
      eventually(
          () ->
              assertThat(qemu.runStateAfter("{\"execute\":\"query-jobs\"}\n"))
                  .isEqualTo("concluded"));
      leaveNoRoomForTables(small.resolve("late." + job.id() + ".part/vda.qcow2"));

      try (VmHost host = home.open()) {
        Job ended = ended(host, job);
        assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("write-failed");
        assertThat(ended.status().detail()).contains("No space left on device");
        assertThat(small.resolve("").toFile().list()).containsExactly("filler");
        host.resume(VM, CallOptions.none()); // only then QEMU closes what it is told
        eventually(() -> assertThat(query(host, "query-fdsets", "{}")).hasSize(2));
        complete(host, request("next", Wanted.since(new BackupName("full"))));
      }
    }
    assertIsAsKept("next");
  }

  /** What QEMU has of them in its memory only is to find no place any more. */
  private static void leaveNoRoomForTables(Path image) throws Exception {
    String where;
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
      file.seek(L1_OFFSET);
      file.seek(file.readLong());
      where = Long.toString(file.readLong() & ~(1L << 63)); // the only table of the second level
    }
    run("fallocate", "-p", "-o", where, "-l", "65536", image.toString());
    Path filler = image.resolveSibling("../filler").normalize();
    assertThatThrownBy(() -> Files.write(filler, new byte[9 << 20]))
        .hasMessageContaining("No space left");
  }

  @Test
  void anImageThatIsDamagedIsNoBackup() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("full", Wanted.full()));
      write(host, "vda", "write -P 9 0 8M");
      keep("next");
      Job job = backup(host, slow("damaged"));
      Path image = backups.resolve("damaged." + job.id() + ".part/vda.qcow2");
      eventually(() -> assertThat(image.toFile().length()).isGreaterThan(512 << 10));
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.seek(L1_OFFSET);
        file.seek(file.readLong());
        file.writeLong(0);
      }
      setSpeed(host, job, 0);

      Job ended = ended(host, job);

      assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("write-failed");
      assertThat(ended.status().detail()).contains("image of disk 'vda' is not whole");
      assertThat(backups.toFile().list()).containsExactly("full");
      complete(host, request("next", Wanted.since(new BackupName("full"))));
    }
    assertIsAsKept("next");
  }

  @Test
  void whatCannotBeDoneIsRefusedAndNothingIsThere() throws Exception {
    try (VmHost host = home.open()) {
      start(host);
      complete(host, request("there", Wanted.full()));

      assertThatThrownBy(() -> backup(host, request("there", Wanted.full())))
          .isInstanceOf(AlreadyExistsException.class)
          .hasMessageContaining("Choose another name.");
      assertThatThrownBy(() -> backup(host, request("x", Wanted.since(new BackupName("no")))))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining("no backup 'no'");
      assertThat(backups.toFile().list()).containsExactly("there");
      assertThat(host.jobs()).hasSize(1);
    }
  }

  /** The nodes and bitmaps that are none of a checkpoint. */
  private static List<String> parts(VmHost host) throws IOException {
    List<String> parts = new ArrayList<>();
    query(host, "query-named-block-nodes", "{}")
        .forEach(
            node -> {
              parts.add(node.path("node-name").asText());
              node.path("dirty-bitmaps").forEach(bitmap -> parts.add(bitmap.path("name").asText()));
            });
    parts.removeIf(part -> part.startsWith("berth-"));
    return parts;
  }

  private static void setSpeed(VmHost host, Job job, long speed) throws IOException {
    for (int i = 0; i < 2; i++) {
      query(
          host,
          "block-job-set-speed",
          Json.text(Json.object().put("device", "b" + job.id() + "-" + i).put("speed", speed)));
    }
  }

  // ---- backups

  private static BackupRequest only(String disk, Path directory, String name) {
    return new BackupRequest(new BackupName(name), directory, Set.of(disk), Wanted.full(), SLOW);
  }

  private static void byHand(VmHost host, Job job, String command) throws IOException {
    query(host, command, Json.text(Json.object().put("id", "b" + job.id() + "-0")));
  }

  private static String resumed(Job job) {
    String id = "b" + job.id() + "-0";
    return line("block-job-set-speed", Json.object().put("device", id).put("speed", 0))
        + line("job-resume", Json.object().put("id", id));
  }

  private static String line(String command, ObjectNode arguments) {
    ObjectNode message = Json.object().put("execute", command);
    message.set("arguments", arguments);
    return Json.text(message) + "\n";
  }

  // ---- what is true

  private void assertIsAsKept(String name) throws Exception {
    for (String disk : List.of("vda", "vdb")) {
      Path image = backups.resolve(name).resolve(disk + ".qcow2");
      run(
          "qemu-img",
          "compare",
          "-q",
          "-f",
          "qcow2",
          "-F",
          "raw",
          image.toString(),
          truth.resolve(name + "." + disk).toString());
      run("qemu-img", "check", "-q", image.toString());
    }
  }

  private void assertSourcesAreWhole() throws Exception {
    home.clear();
    for (String disk : List.of("vda", "vdb")) {
      run("qemu-img", "check", "-q", directory.resolve(disk).toString());
    }
  }
}
