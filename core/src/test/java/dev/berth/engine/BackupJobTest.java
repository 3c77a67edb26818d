package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.BackupName;
import dev.berth.backup.Extent;
import dev.berth.domain.DomainState;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Compression;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageTaskException;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobState;
import dev.berth.machine.ProcessExit;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Backups that do not go straight, with a QEMU that does what the test says. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class BackupJobTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;
  @TempDir Path backups;
  private FakeMachines machines;
  private final FakeImageFiles images = new FakeImageFiles();
  private MemoryStore store;
  private TestHost host;

  @BeforeEach
  void startADomain() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = new TestHost(store, machines, images);
    host.define("web");
    host.api()
        .attachDisk(
            WEB,
            TestHost.document("{name: data, file: /images/data.qcow2, format: qcow2}"),
            EditScope.CONFIG,
            CallOptions.none());
    host.start("web");
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void whatIsCancelledBeforeItHasBegunIsTakenBack() throws Exception {
    complete("first");
    machine().backups().takeTime();
    machine().monitor().hold("transaction");
    Job job = backup("second");
    machine().monitor().awaitReceived("transaction", 2, TestHost.PATIENCE);

    host.api().cancelJob(job.id());
    assertThat(now(job).status().phase()).isEqualTo("undoing");
    machine().monitor().release("transaction");

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertNothingIsLeftBut("first");
  }

  @Test
  void aConnectionThatIsLostWhileItBeginsDecidesNothing() throws Exception {
    machine().backups().takeTime();
    machine().monitor().hold("transaction");
    Job job = backup("first");
    machine().monitor().awaitReceived("transaction", 1, TestHost.PATIENCE);

    machine().monitor().hangUp();

    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("writing"));
    machine().backups().finish();
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertNothingIsLeftBut("first");
  }

  @Test
  void whatQemuRefusesIsTakenBackWithItsWords() {
    complete("first");
    machine().monitor().refuse("transaction", "GenericError", "Bitmap is busy");

    Job ended = ended(backup("second"));

    assertThat(ended.status().phase()).isEqualTo("refused-by-qemu");
    assertThat(ended.status().detail()).contains("Bitmap is busy");
    assertNothingIsLeftBut("first");
  }

  @Test
  void whatCannotBeWrittenIsTakenBackWithTheReason() {
    complete("first");
    machine().backups().takeTime();
    Job job = backup("second");
    eventually(() -> assertThat(now(job).status().progress()).contains(Progress.of(1, 1)));

    machine().backups().fail("No space left on device");

    assertThat(ended(job).status().phase()).isEqualTo("write-failed");
    assertThat(ended(job).status().detail()).isEqualTo("No space left on device");
    assertNothingIsLeftBut("first");
  }

  @Test
  void whatQemuCannotWriteAtItsEndIsTakenBackWithTheReason() {
    complete("first");
    machine().monitor().refuse("blockdev-reopen", "GenericError", "Error flushing drive");

    Job ended = ended(backup("second"));

    assertThat(ended.status().phase()).isEqualTo("write-failed");
    assertThat(ended.status().detail()).contains("Error flushing drive");
    assertNothingIsLeftBut("first");
  }

  @Test
  void anImageThatHasErrorsIsNoBackup() {
    complete("first");
    images.fail(new ImageTaskException(ImageTaskException.Kind.ERRORS_FOUND, "3 errors"));

    Job ended = ended(backup("second"));

    assertThat(ended.status().phase()).isEqualTo("write-failed");
    assertThat(ended.status().detail()).contains("disk 'data' is not whole: 3 errors");
    assertNothingIsLeftBut("first");
  }

  @Test
  void whatLookedIntoAnImageForAHostBeforeIsEndedFirst() {
    images.hold();
    Job job = backup("first");
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("sealing"));

    restartHost(images::release);

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertThat(images.endedLeftOvers()).containsExactly(job.id());
  }

  @Test
  void whatMayNotHaveBeenOnTheDiskWhenTheMachineWentDownIsNoBackup() {
    images.hold();
    Job job = backup("first");
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("sealing"));
    host.close();
    images.release();
    machine().die(ProcessExit.UNKNOWN);

    host = new TestHost(store, machines, images, "boot-2");

    assertThat(ended(job).status().phase()).isEqualTo("file-failed");
    assertThat(ended(job).status().detail()).contains("booted anew");
    assertThat(backups).isEmptyDirectory();
  }

  @Test
  void whatIsHeldIsHeldByTheNextHostToo() {
    machine().backups().takeTime();
    Job job = backup("first");
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("writing"));
    host.api().pauseJob(job.id());
    eventually(() -> assertThat(machine().backups().statuses()).containsValue("paused"));

    restartHost(() -> {});

    host.await("web", DomainState.RUNNING);
    assertThat(now(job).status().phase()).isEqualTo("paused");
    host.api().resumeJob(job.id());
    eventually(() -> assertThat(machine().backups().statuses()).containsValue("running"));
    machine().backups().finish();
    assertThat(ended(job).status().phase()).isEqualTo("complete");
  }

  @Test
  void whatBecameOfItWhileNobodyLookedIsFoundOut() {
    machine().backups().takeTime();
    Job done = backup("done");
    eventually(() -> assertThat(now(done).status().phase()).isEqualTo("writing"));
    restartHost(() -> machine().backups().finish());
    assertThat(ended(done).status().phase()).isEqualTo("complete");

    Job failed = backup("failed");
    eventually(() -> assertThat(now(failed).status().phase()).isEqualTo("writing"));
    restartHost(() -> machine().backups().fail("No space left on device"));
    assertThat(ended(failed).status().phase()).isEqualTo("write-failed");

    Job lost = backup("lost");
    eventually(() -> assertThat(now(lost).status().phase()).isEqualTo("writing"));
    restartHost(() -> machine().die(ProcessExit.UNKNOWN));
    assertThat(ended(lost).status().phase()).isEqualTo("machine-ended");
    assertThat(backups.toFile().list()).containsExactly("done");
  }

  @Test
  void aFolderThatComesInTheWayIsKeptAndTheBackupIsNone() throws IOException {
    machine().backups().takeTime();
    Job job = backup("first");
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("writing"));
    Files.createDirectory(backups.resolve("first"));

    machine().backups().finish();

    assertThat(ended(job).status().phase()).isEqualTo("file-failed");
    assertThat(ended(job).status().detail()).contains("Choose another name.");
    assertThat(backups.toFile().list()).containsExactly("first");
    assertThat(backups.resolve("first")).isEmptyDirectory();
  }

  @Test
  void whatIsInItsWayIsToldAndItIsInTheWayOfOthers() {
    machine().backups().takeTime();
    Job job = backup("first");
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("writing"));

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> backup("second"))
        .withMessageContainingAll("back up domain 'web'", job.id().text(), "backup 'first'");
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(
            () ->
                host.api()
                    .detachDisk(
                        WEB, "data", EditScope.BOTH, JobOptions.none(), CallOptions.none()));
    machine().backups().finish();
    ended(job);
    assertThat(host.api().cancelJob(job.id()).status().state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void aRawBackupHasTheSizeOfTheDiskAndTheNextStandsOnIt() {
    BackupRequest raw =
        new BackupRequest(
                new BackupName("first"), backups, Set.of(), Wanted.full(), Pace.unlimited())
            .with(ImageFormat.RAW);

    assertThat(ended(backup(raw)).status().phase()).isEqualTo("complete");
    complete("second");

    BackedUpDisk first = list().get(0).disks().get(0);
    assertThat(first.file()).isEqualTo(backups.resolve("first/data.raw"));
    assertThat(first.file()).hasSize(first.content().size().bytes());
    assertThat(machine().backups().ids()).isEmpty();
    BackedUpDisk second = list().get(1).disks().get(0);
    assertThat(second.extent()).isEqualTo(Extent.INCREMENTAL);
    assertThat(second.since()).contains(new BackupName("first"));
    assertThat(second.file()).isEqualTo(backups.resolve("second/data.qcow2"));
  }

  @Test
  void whatCannotBeRawIsRefusedWithWhatToDo() {
    BackupRequest incremental = BackupRequest.to(backups, new BackupName("first"));
    BackupRequest compressed =
        new BackupRequest(
            new BackupName("first"),
            backups,
            Set.of(),
            Wanted.full(),
            new Pace(0, Compression.ZLIB));

    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> incremental.with(ImageFormat.RAW))
        .withMessageContainingAll("format:", "cannot be incremental", "'--full'");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> compressed.with(ImageFormat.RAW))
        .withMessageContainingAll("compression:", "ask for qcow2");
  }

  @Test
  void aGivenFileIsWrittenToAndTheChainGoesOnAsIfThatHadNotBeen() throws Exception {
    complete("first");
    Map<String, Boolean> marks = machine().backups().bitmaps("data-format");
    Path target = Files.write(directory.resolve("target"), new byte[5]);

    assertThat(ended(given(target, "given")).status().phase()).isEqualTo("complete");

    BackedUpDisk disk = list().get(1).disks().get(0);
    assertThat(disk.place()).isEqualTo(Backup.Place.GIVEN);
    assertThat(disk.file()).isEqualTo(target.toRealPath());
    assertThat(target).hasSize(disk.content().size().bytes());
    assertThat(disk.content().fileBytes()).isEqualTo(disk.content().size().bytes());
    assertThat(disk.content().sha256()).hasSize(64);
    assertThat(backups.resolve("given").toFile().list()).containsExactly("backup.json");
    assertThat(machine().backups().bitmaps("data-format")).isEqualTo(marks);
    assertThat(machine().backplane().nodes()).containsExactlyInAnyOrder("data-format", "data-file");
    complete("second");
    assertThat(list().get(2).disks().get(0).since()).contains(new BackupName("first"));
  }

  @Test
  void whatTheNextHostWasNotGivenIsWrittenButNotReadBack() throws Exception {
    machine().backups().takeTime();
    Path target = Files.createFile(directory.resolve("target"));
    Job job = given(target, "given");
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("writing"));

    restartHost(() -> machine().backups().finish());

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertThat(ended(job).status().detail())
        .contains("disk 'data'", "not read back", "no checksum");
    assertThat(list().get(0).disks().get(0).content().sha256()).isEmpty();
  }

  @Test
  void aGivenFileOfABackupThatFailedIsTold() throws Exception {
    machine().backups().failAlways("No space left on device");

    Job ended = ended(given(Files.createFile(directory.resolve("target")), "given"));

    assertThat(ended.status().phase()).isEqualTo("write-failed");
    assertThat(ended.status().detail())
        .isEqualTo(
            "No space left on device; what is in the file given for disk 'data' is no backup");
    assertThat(backups).isEmptyDirectory();
    assertThat(machine().backplane().nodes()).containsExactlyInAnyOrder("data-format", "data-file");
  }

  @Test
  void aGivenFileThatSomebodyUsesIsNotWrittenTo() throws Exception {
    Path image = Files.write(directory.resolve("other.raw"), new byte[512]);
    host.define("other");
    host.api()
        .attachDisk(
            DomainRef.of("other"),
            TestHost.document("{name: data, file: " + image + ", format: raw}"),
            EditScope.CONFIG,
            CallOptions.none());

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> given(image, "given"))
        .withMessageContainingAll(
            "backup of disk 'data'", "the definition of domain 'other'", "Give another file.");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw");
        Resources two = targets(file, "data", "none")) {
      assertThatExceptionOfType(InvalidStateException.class)
          .isThrownBy(() -> backup(full("given"), two));
    }
    assertThat(image).hasSize(512);
    assertThat(host.api().jobs()).isEmpty();
  }

  @Test
  void whatCannotBeWrittenToAGivenFileIsRefusedWithWhatToDo() throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve("target").toFile(), "rw");
        Resources targets = targets(file, "data");
        Resources unknown = targets(file, "none")) {
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> backup(BackupRequest.to(backups, new BackupName("given")), targets))
          .withMessageContainingAll("stands on no backup", "'--full'");
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> backup(full("given"), unknown))
          .withMessageContainingAll("none is not backed up", "disks that are: data");
    }
    assertThat(host.api().jobs()).isEmpty();
  }

  private static Resources targets(RandomAccessFile file, String... disks) throws IOException {
    Map<String, FileDescriptor> descriptors = new HashMap<>();
    for (String disk : disks) {
      descriptors.put(disk, file.getFD());
    }
    return Resources.of(descriptors, Map.of());
  }

  private BackupRequest full(String name) {
    return new BackupRequest(
            new BackupName(name), backups, Set.of(), Wanted.full(), Pace.unlimited())
        .with(ImageFormat.RAW);
  }

  /** Its caller closes the file as soon as the call has returned. */
  private Job given(Path target, String name) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "rw");
        Resources targets = targets(file, "data")) {
      return backup(full(name), targets);
    }
  }

  private Job backup(BackupRequest request, Resources targets) {
    return host.api()
        .backups()
        .create(WEB, request, targets, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
  }

  @Test
  void whatHasNotBegunToWriteCannotBeHeld() throws Exception {
    machine().monitor().hold("transaction");
    Job job = backup("first");
    machine().monitor().awaitReceived("transaction", 1, TestHost.PATIENCE);

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> host.api().pauseJob(job.id()))
        .withMessageContainingAll(job.id().text(), "preparing");
    machine().monitor().release("transaction");
    ended(job);
  }

  /** No file but those, no job or node of QEMU's, and the mark of the last is the one noted in. */
  private void assertNothingIsLeftBut(String last) {
    assertThat(backups.toFile().list()).containsExactly(last);
    assertThat(machine().backups().ids()).isEmpty();
    assertThat(machine().backplane().nodes()).containsExactlyInAnyOrder("data-format", "data-file");
    String job =
        host.api().jobs().stream()
            .filter(it -> it.target().subject().equals(last))
            .map(it -> it.id().text())
            .findFirst()
            .orElseThrow();
    assertThat(machine().backups().bitmaps("data-format"))
        .isEqualTo(Map.of("berth-000001-" + job + "-data", true));
  }

  private void complete(String name) {
    assertThat(ended(backup(name)).status().phase()).isEqualTo("complete");
  }

  private Job backup(String name) {
    return backup(BackupRequest.to(backups, new BackupName(name)));
  }

  private Job backup(BackupRequest request) {
    return host.api()
        .backups()
        .create(WEB, request, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
  }

  private List<Backup> list() {
    return host.api().backups().list(backups, CallOptions.none());
  }

  private Job ended(Job job) {
    return host.api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  private Job now(Job job) {
    return host.api().job(job.id());
  }

  private FakeMachine machine() {
    return machines.of("web");
  }

  private void restartHost(Runnable meanwhile) {
    host.close();
    meanwhile.run();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host = new TestHost(store, machines, images);
  }
}
