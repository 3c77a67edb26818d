package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.backup.BackupName;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainState;
import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.backup.LocalBackupFiles;
import dev.berth.engine.backup.LocalBackupFiles.FolderSync;
import dev.berth.engine.save.LocalDumpFiles;
import dev.berth.engine.save.LocalSaveFiles;
import dev.berth.engine.thread.TimerThread;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.host.StartMode;
import dev.berth.image.ImageBitmap;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageTask;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import dev.berth.machine.ProcessExit;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeBitmaps;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeLauncher;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a domain without a machine that do not go straight. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class StoppedBackupJobTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;
  @TempDir Path images;
  @TempDir Path backups;
  private FakeMachines machines;
  private MemoryStore store;
  private FakeImageFiles files;
  private TestHost host;
  private Path image;

  @BeforeEach
  void defineADomain() throws Exception {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    files = new FakeImageFiles();
    host = new TestHost(store, machines, files);
    image = images.resolve("data.qcow2");
    create(image);
    host.define("web");
    host.api()
        .attachDisk(
            WEB,
            TestHost.document("{name: data, file: " + image + ", format: qcow2}"),
            EditScope.CONFIG,
            CallOptions.none());
  }

  @AfterEach
  void close() {
    host.close();
    assertThat(machines.living()).isEmpty();
    machines.close();
    store.close();
  }

  @Test
  void marksFollowOneAnother() {
    Job first = complete("first");
    Job second = complete("second");

    assertThat(FakeBitmaps.in(image))
        .containsExactlyInAnyOrder(
            new ImageBitmap(mark(1, first), false, false),
            new ImageBitmap(mark(2, second), true, false));
    assertThat(machines.runDirectories()).isEmpty();
  }

  @Test
  void marksOfNoUseAreRemovedWhenTheNextOneComes() {
    Job first = complete("first");
    FakeBitmaps.put(
        image,
        List.of(
            new ImageBitmap(mark(1, first), false, true), new ImageBitmap("theirs", false, true)));

    Job second = complete("second");

    assertThat(second.status().detail()).contains("in full", "QEMU was killed");
    assertThat(FakeBitmaps.in(image))
        .containsExactlyInAnyOrder(
            new ImageBitmap("theirs", false, true), new ImageBitmap(mark(2, second), true, false));
  }

  @Test
  void aMarkThatCannotBePutIsToldAndTheBackupIsThere() throws Exception {
    Job job = writing("first");
    Files.delete(image);

    standIn().backups().finish();

    assertThat(ended(job).status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(ended(job).status().detail())
        .contains("disk 'data' does not note what is written from now on", image.toString());
    assertThat(backups.toFile().list()).containsExactly("first");
  }

  @Test
  void anImageThatSomebodyElseChangesMeanwhileGetsNoMark() throws Exception {
    complete("first");
    Job job = writing("second");
    Files.write(image, new byte[512], StandardOpenOption.APPEND);

    standIn().backups().finish();

    assertThat(ended(job).status().detail())
        .contains("disk 'data' does not note what is written from now on, so that its next backup")
        .contains("somebody has changed '" + image + "' since the backup began");
    assertThat(FakeBitmaps.in(image)).extracting(ImageBitmap::name).noneMatch(isOf(job));
    machines.onStart(machine -> {});
    assertThat(complete("third").status().detail())
        .contains("in full: its image has no note of what was written since backup 'second'");
  }

  @Test
  void theImagesOfASavedMachineAreLeftAsTheyAreSoThatItGoesOn() throws Exception {
    complete("first");
    Path file = images.resolve("web.save");
    host.start("web");
    Job save =
        host.api()
            .saves()
            .save(WEB, file, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
    assertThat(ended(save).status().phase()).isEqualTo("complete");
    host.await("web", DomainState.SHUTOFF);
    byte[] before = Files.readAllBytes(image);

    Job second = complete("second");

    assertThat(second.status().detail())
        .contains("the next backup is in full", "for the machine that is saved in " + file);
    assertThat(image).hasBinaryContent(before);
    host.api()
        .saves()
        .restore(RestoreRequest.of(file), Resources.none(), CallOptions.within(TestHost.PATIENCE));
    host.destroy("web");
    assertThat(complete("third").status().detail())
        .contains("in full: its image has no note", "since backup 'second'");
  }

  @Test
  void nobodyElseOpensItsImagesMeanwhile() {
    Job job = writing("first");
    host.define("other");
    host.start("other");
    EditScope live = EditScope.LIVE;
    DefinitionDocument same =
        TestHost.document("{name: same, file: " + image + ", format: qcow2, read-only: true}");
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(
            () -> host.api().attachDisk(DomainRef.of("other"), same, live, CallOptions.none()))
        .withMessageContainingAll(image.toString(), job.id().text(), "backup 'first'");

    standIn().backups().finish();
    ended(job);

    host.api().attachDisk(DomainRef.of("other"), same, live, CallOptions.none());
    host.destroy("other");
  }

  @Test
  void whatIsSealedCanBeCancelled() {
    Job job = sealing("first");

    host.api().cancelJob(job.id());

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertNothingIsLeft();
    files.release();
    complete("second");
  }

  @Test
  void aStoreThatHoldsUpTheSealingDoesNotKeepTheDomainFromStarting() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CompletableFuture<Void> until = new CompletableFuture<>();
    FolderSync slow =
        folder -> {
          held.countDown();
          until.join(); // whoever interrupts it
        };
    hostWith(new LocalBackupFiles(slow));
    Job job = backup("first");
    assertThat(held.await(TestHost.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

    host.api().cancelJob(job.id());

    eventually(() -> assertThat(host.engine().domains().get(WEB).readByJobs()).isEmpty());
    host.start("web");
    assertThat(now(job).status().phase()).isEqualTo("undoing");
    until.complete(null);
    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(backups).isEmptyDirectory();
    host.destroy("web");
  }

  @Test
  void aStoreThatFailsForGoodKeepsNoDomainFromStartingAndWhatIsLeftIsTold() throws Exception {
    hostWith(new LocalBackupFiles());
    Job job = writing("first");
    Path partial = backups.resolve("first." + job.id() + ".part");
    Path obstacle = Files.createDirectories(partial.resolve("theirs/kept"));

    host.api().cancelJob(job.id());

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(ended(job).status().detail())
        .contains("by test; what is left, '" + partial + "', is to be removed by hand");
    assertThat(machines.runDirectories()).isEmpty();
    machines.onStart(machine -> {});
    host.start("web");
    host.destroy("web");
    Files.delete(obstacle);
  }

  @Test
  void aStartWaitsForIt() throws Exception {
    Job job = writing("first");
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> host.api().start(WEB, StartMode.RUNNING, CallOptions.none()))
        .withMessageContainingAll(job.id().text(), "backup 'first'");
    CompletableFuture<?> queued =
        TestHost.async(
            () ->
                host.api()
                    .start(WEB, StartMode.RUNNING, CallOptions.within(TestHost.PATIENCE).queued()));

    standIn().backups().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    queued.get(30, TimeUnit.SECONDS);
    assertThat(host.domain("web").status().state()).isEqualTo(DomainState.RUNNING);
    host.destroy("web");
  }

  @Test
  void theDomainStaysShutOffAndItsImagesAreInUse() {
    Job job = writing("first");

    assertThat(host.domain("web").status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(host.domain("web").machine()).isEmpty();
    assertThat(host.engine().domains().get(WEB).readByJobs()).containsExactly(image);
    standIn().backups().finish();
    ended(job);
    assertThat(host.engine().domains().get(WEB).readByJobs()).isEmpty();
  }

  @Test
  void whatIsCancelledWhileItBeginsLeavesNothing() {
    CountDownLatch launching = new CountDownLatch(1);
    host.launcher().hold(FakeLauncher.Job.LAUNCH, launching);
    Job job = backup("first");

    host.api().cancelJob(job.id());
    launching.countDown();

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertNothingIsLeft();
  }

  @Test
  void aStandInThatHangsIsEndedWhenItIsNotWanted() {
    Job job = writing("first");
    standIn().hang();

    host.api().cancelJob(job.id());

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertNothingIsLeft();
  }

  @Test
  void itGoesOnInTheNextHost() {
    Job job = writing("first");

    restartHost(() -> {});

    assertThat(now(job).status().phase()).isEqualTo("writing");
    assertThat(machines.living()).hasSize(1);
    standIn().backups().finish();
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertThat(FakeBitmaps.in(image)).hasSize(1);
  }

  @Test
  void aStandInThatDiedWhileNobodyLookedCostsTheBackup() {
    Job job = writing("first");

    restartHost(() -> standIn().die(ProcessExit.UNKNOWN));

    assertThat(ended(job).status().phase()).isEqualTo("machine-ended");
    assertNothingIsLeft();
  }

  @Test
  void aConnectionThatIsLostDecidesNothing() throws Exception {
    Job job = writing("first");

    standIn().monitor().hangUp();

    standIn().backups().finish();
    assertThat(ended(job).status().phase()).isEqualTo("complete");
  }

  @Test
  void aStandInThatCannotBeToldIsEndedByTheNextHost() {
    Job job = writing("first");
    FakeMachine standIn = standIn();

    host.close();
    host =
        new TestHost(
            reopened(),
            machines,
            TestHost.SETTINGS,
            port -> {
              ((FakeLauncher) port).doubt(standIn.launch().incarnation(), "it may be another's");
              return port;
            });

    assertThat(ended(job).status().phase()).isEqualTo("machine-ended");
    assertNothingIsLeft();
  }

  @Test
  void anImageThatIsGivenAtEachStartIsNamed() {
    host.api()
        .attachDisk(
            WEB,
            TestHost.document("{name: given, fd: mine, format: raw}"),
            EditScope.CONFIG,
            CallOptions.none());

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> backup("first"))
        .withMessageContainingAll("disk 'given'", "given with each start", "leave the disk out");
    assertThat(host.api().jobs()).isEmpty();
    BackupRequest without =
        new BackupRequest(
            new BackupName("first"), backups, Set.of("data"), Wanted.full(), Pace.unlimited());
    Job job = host.api().backups().create(WEB, without, JobOptions.none(), CallOptions.none());
    assertThat(ended(job).status().phase()).isEqualTo("complete");
  }

  @Test
  void anEncryptedImageIsRefusedWithoutBeingOpened() throws Exception {
    Path safe = images.resolve("safe.qcow2");
    create(safe);
    try (RandomAccessFile header = new RandomAccessFile(safe.toFile(), "rw")) {
      header.seek(32); // how it is encrypted
      header.writeInt(2);
    }
    host.api()
        .attachDisk(
            WEB,
            TestHost.document("{name: safe, file: " + safe + ", format: qcow2, secret: mine}"),
            EditScope.CONFIG,
            CallOptions.none());

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> backup("first"))
        .withMessageContainingAll("disk 'safe'", "encrypted");
  }

  // ---- parts

  private void create(Path image) throws Exception {
    files.run(
        JobId.random(),
        new ImageTask.Create(
            new ImageTask.Layer(image, ImageFormat.QCOW2),
            ByteSize.mebibytes(8),
            Preallocation.OFF),
        done -> {});
  }

  private static String mark(int sequence, Job job) {
    return "berth-%06d-%s-data".formatted(sequence, job.id());
  }

  private void assertNothingIsLeft() {
    assertThat(backups).isEmptyDirectory();
    assertThat(machines.living()).isEmpty();
    assertThat(machines.runDirectories()).isEmpty();
    assertThat(FakeBitmaps.in(image)).isEmpty();
  }

  /** One that is being written, for as long as the test likes. */
  private Job writing(String name) {
    machines.onStart(machine -> machine.backups().takeTime());
    Job job = backup(name);
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("writing"));
    return job;
  }

  /** One that is complete but for a look at its image, as long as {@link #files} are held. */
  private Job sealing(String name) {
    files.hold();
    Job job = backup(name);
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("sealing"));
    return job;
  }

  private void hostWith(BackupFiles backupFiles) {
    host.close();
    host =
        new TestHost(
            reopened(),
            machines,
            TestHost.SETTINGS,
            port -> port,
            files,
            new JobFiles(
                new LocalDumpFiles(), backupFiles, new FakeServedDisks(), new LocalSaveFiles()),
            Clock.systemUTC(),
            new HurriedTimers(TimerThread.start()),
            TestHost.BOOT);
  }

  private MemoryStore reopened() {
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    return next;
  }

  private static Predicate<String> isOf(Job job) {
    return bitmap -> bitmap.contains(job.id().text());
  }

  private FakeMachine standIn() {
    return machines.of("web");
  }

  private Job complete(String name) {
    Job ended = ended(backup(name));
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
    return ended;
  }

  private Job backup(String name) {
    return host.api()
        .backups()
        .create(
            WEB,
            BackupRequest.to(backups, new BackupName(name)),
            JobOptions.none(),
            CallOptions.within(TestHost.PATIENCE));
  }

  private Job ended(Job job) {
    return host.api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  private Job now(Job job) {
    return host.api().job(job.id());
  }

  private void restartHost(Runnable meanwhile) {
    host.close();
    meanwhile.run();
    host = new TestHost(reopened(), machines, files);
  }
}
