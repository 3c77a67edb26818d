package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.backup.BackupName;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.KnownBackup.Chain;
import dev.berth.backup.KnownBackup.State;
import dev.berth.domain.ByteSize;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.image.ImageBitmap;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageTask;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeBitmaps;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a host knows of backups, when they, their records or the notes of a domain are damaged. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class BackupRegisterTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;
  @TempDir Path images;
  @TempDir Path place;
  private FakeMachines machines;
  private MemoryStore store;
  private FakeImageFiles files;
  private TestHost host;
  private Path image;
  private Path backups;

  @BeforeEach
  void aChainOfThree() throws Exception {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    files = new FakeImageFiles();
    host = new TestHost(store, machines, files);
    backups = Files.createDirectory(place.toRealPath().resolve("backups"));
    image = images.resolve("data.qcow2");
    files.run(
        JobId.random(),
        new ImageTask.Create(
            new ImageTask.Layer(image, ImageFormat.QCOW2),
            ByteSize.mebibytes(8),
            Preallocation.OFF),
        done -> {});
    host.define("web");
    host.api()
        .attachDisk(
            WEB,
            TestHost.document("{name: data, file: " + image + ", format: qcow2}"),
            EditScope.CONFIG,
            CallOptions.none());
    List.of("first", "second", "third").forEach(this::backup);
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void whatIsCompleteIsOnRecordAndOfUse() {
    assertAll(ok(), ok(), ok());
    assertThat(host.api().backups().known(WEB, CallOptions.none()))
        .isEqualTo(host.api().backups().known(backups, CallOptions.none()))
        .extracting(known -> known.backup().orElseThrow())
        .isEqualTo(host.api().backups().list(backups, CallOptions.none()));
    assertThat(store.contents().backups())
        .extracting(stored -> stored.folder())
        .containsExactly(folder("first"), folder("second"), folder("third"));
  }

  @Test
  void whatIsDamagedBreaksAllThatStandsOnIt() throws Exception {
    Path second = folder("second").resolve("data.qcow2");
    byte[] whole = Files.readAllBytes(second);
    FileTime written = Files.getLastModifiedTime(second);

    Files.write(second, new byte[70]);
    assertAll(ok(), broken("has 70 bytes, and had 512"), broken("Backup 'second': ", "70 bytes"));

    Files.write(second, new byte[whole.length]);
    assertAll(ok(), broken("is not qcow2 any more"), broken("Backup 'second': "));

    Files.write(second, whole);
    backingOf(second, "../other/data.qcow2");
    assertAll(ok(), broken("names '../other/", "and not '" + folder("first")), broken("Backup"));

    Files.write(second, whole);
    Files.setLastModifiedTime(second, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    assertAll(
        ok(),
        broken("was written at 2026-01-01T00:00:00Z", "backup verify " + backups + " second"),
        broken("Backup 'second': "));

    Files.delete(second);
    assertAll(ok(), broken("is not there"), broken("Backup 'second': "));

    Files.write(second, whole);
    Files.setLastModifiedTime(second, written);
    assertAll(ok(), ok(), ok());
  }

  @Test
  void whatDoesNotDescribeItselfIsToldByWhatIsOnRecord() throws Exception {
    Path description = folder("second").resolve("backup.json");
    String said = Files.readString(description);

    Files.writeString(description, said.substring(0, 40));
    assertAll(
        ok(),
        broken("'" + description + "' cannot be read: ", "Bring back the file"),
        broken("It stands on backup 'second'. ", "cannot be read"));

    Files.writeString(description, said.replace("\"actor\":\"test\"", "\"actor\":\"root\""));
    assertAll(ok(), broken("was changed after it was complete"), broken("stands on"));

    Files.delete(description);
    assertAll(ok(), broken("There is no backup"), broken("stands on"));

    Files.writeString(description, said);
    Files.move(folder("second"), folder("renamed"));
    List<KnownBackup> all = known();
    assertThat(all)
        .extracting(KnownBackup::name)
        .containsExactly("first", "second", "third", "renamed");
    assertThat(all.get(3).chains())
        .singleElement()
        .satisfies(chain -> assertThat(chain.reason()).contains("it was renamed", "'second'"));
  }

  @Test
  void aMarkThatIsOfNoUseMakesTheNextOneFull() {
    List<ImageBitmap> marks = FakeBitmaps.in(image);

    FakeBitmaps.put(
        image, marks.stream().map(mark -> new ImageBitmap(mark.name(), false, true)).toList());
    assertAll(ok(), ok(), needsFull("QEMU was killed or has crashed"));

    FakeBitmaps.put(image, List.of());
    assertAll(ok(), ok(), needsFull("no note of what was written since backup 'third'"));

    FakeBitmaps.put(image, marks);
    assertAll(ok(), ok(), ok());
  }

  @Test
  void aRunningMachineIsAskedAndOneThatDoesNotAnswerIsNotWaitedForLong() throws Exception {
    host.start("web");
    assertAll(ok(), ok(), needsFull("no note of what was written since backup 'third'"));

    machines.of("web").monitor().hold("query-block");

    assertThat(known())
        .allSatisfy(
            known ->
                assertThat(known.chains())
                    .singleElement()
                    .satisfies(
                        chain -> {
                          assertThat(chain.state()).isEqualTo(State.OK);
                          assertThat(chain.reason())
                              .contains("Whether the next backup can stand on it is not known");
                        }));
    machines.of("web").monitor().release("query-block");
  }

  @Test
  void recordsAreReadBackFromTheImages() throws Exception {
    host.close();
    for (var stored : store.contents().backups()) {
      store
          .commit(new Commit(List.of(new Change.RemoveBackup(stored.folder())), List.of()))
          .get(20, TimeUnit.SECONDS);
    }
    host = new TestHost(store, machines, files);
    assertThat(known())
        .allSatisfy(
            known ->
                assertThat(known.chains().get(0).reason())
                    .contains("not on record: 'vmctl backup scan " + backups + "'"));
    assertThat(host.api().backups().known(WEB, CallOptions.none()))
        .as("by the jobs on record")
        .hasSize(3);

    assertThat(host.api().backups().scan(backups, CallOptions.none())).isEqualTo(known());

    assertAll(ok(), ok(), ok());
    assertThat(store.contents().backups()).hasSize(3);
  }

  @Test
  void aDirectoryThatWasMovedIsReadIn() throws Exception {
    Path elsewhere = backups.resolveSibling("elsewhere");
    Files.move(backups, elsewhere);
    assertThat(host.api().backups().known(WEB, CallOptions.none()))
        .hasSize(3)
        .allSatisfy(
            known ->
                assertThat(known.chains())
                    .extracting(Chain::state)
                    .containsExactly(State.NOT_THERE));
    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> host.api().backups().scan(backups, CallOptions.none()));

    host.api().backups().scan(elsewhere, CallOptions.none());

    backups = elsewhere;
    assertAll(ok(), ok(), ok());
    assertThat(host.api().backups().known(WEB, CallOptions.none())).isEqualTo(known());
    assertThat(store.contents().backups())
        .extracting(stored -> stored.folder())
        .containsExactly(folder("first"), folder("second"), folder("third"));
  }

  @Test
  void aDirectoryThatIsGoneForGoodIsForgottenWhenItIsMadeAnew() throws Exception {
    for (String name : List.of("first", "second", "third")) {
      remove(folder(name));
    }

    assertThat(host.api().backups().scan(backups, CallOptions.none())).isEmpty();

    assertThat(store.contents().backups()).isEmpty();
  }

  @Test
  void aCopyOfADirectoryIsOnRecordBesideIt() throws Exception {
    Path copy = Files.createDirectory(backups.resolveSibling("copy"));
    for (String name : List.of("first", "second", "third")) {
      Files.createDirectory(copy.resolve(name));
      for (String file : List.of("data.qcow2", "backup.json")) {
        Files.copy(folder(name).resolve(file), copy.resolve(name).resolve(file));
      }
    }

    host.api().backups().scan(copy, CallOptions.none());

    assertAll(ok(), ok(), ok());
    assertThat(host.api().backups().known(WEB, CallOptions.none())).hasSize(6);
  }

  @Test
  void whatIsVerifiedIsOnRecordAsItIs() throws Exception {
    Path second = folder("second").resolve("data.qcow2");
    Files.setLastModifiedTime(second, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    assertAll(ok(), broken("backup verify"), broken("backup verify"));

    verify("third");

    assertAll(ok(), ok(), ok());
    Path description = folder("second").resolve("backup.json");
    Files.writeString(
        description,
        Files.readString(description).replace("\"actor\":\"test\"", "\"actor\":\"root\""));
    Job changed = verify("third");
    assertThat(changed.status().phase()).isEqualTo("backup-damaged");
    assertThat(changed.status().detail()).contains("is not what it was");
  }

  @Test
  void whatIsDeletedIsOffTheRecord() throws Exception {
    delete("third");
    assertThat(store.contents().backups()).hasSize(2);

    remove(folder("second"));
    assertAll(ok(), broken("There is no backup", "backup delete " + backups + " second"));
    delete("second");

    assertAll(ok());
    assertThat(store.contents().backups()).hasSize(1);
    assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> delete("second"));
  }

  @Test
  void whatCannotBeReadIsNotPassedOverByADeletion() throws Exception {
    Path description = folder("third").resolve("backup.json");
    Files.writeString(description, "{");
    assertThatExceptionOfType(InvalidStateException.class)
        .as("by what is on record")
        .isThrownBy(() -> delete("second"))
        .withMessageContaining("'third' stands on it");
    Path stranger = Files.createDirectory(backups.resolve("stranger"));
    Files.writeString(stranger.resolve("backup.json"), "{");

    host.close();
    store
        .commit(new Commit(List.of(new Change.RemoveBackup(folder("third"))), List.of()))
        .get(20, TimeUnit.SECONDS);
    host = new TestHost(store, machines, files);

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> delete("second"))
        .withMessageContainingAll("backup.json' cannot be read", "elsewhere, and ask again");
    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> delete("third"))
        .withMessageContainingAll("third/backup.json", "remove the folder by hand");
    assertThat(folder("second")).isDirectory();
    assertThat(folder("third")).isDirectory();
  }

  @Test
  void whatADeletionHasLeftIsToldAndTakenUp() throws Exception {
    Path left = backups.resolve("third.0123456789ab.delete");
    Files.move(folder("third"), left);
    Files.delete(left.resolve("backup.json"));

    assertThat(known())
        .filteredOn(known -> known.folder().equals(left))
        .singleElement()
        .satisfies(
            known ->
                assertThat(known.chains().get(0).reason())
                    .contains("deletion was not finished", "backup delete " + backups + " third"));

    delete("third");

    assertThat(left).doesNotExist();
    assertThat(store.contents().backups()).hasSize(2);
  }

  @Test
  void whatIsReplacedWhileItIsReadIsNotTrusted() throws Exception {
    Path second = folder("second").resolve("data.qcow2");
    files.hold();
    Job job =
        host.api()
            .backups()
            .restore(
                new BackupRestoreRequest(
                    backups,
                    new BackupName("third"),
                    new NewFiles(Map.of("data", place.resolve("restored")), ImageFormat.QCOW2)),
                JobOptions.none(),
                CallOptions.none());
    eventually(
        () ->
            assertThat(host.api().jobs())
                .filteredOn(each -> each.id().equals(job.id()))
                .allMatch(each -> each.status().phase().equals("working")));

    Files.move(Files.copy(second, place.resolve("other")), second, StandardCopyOption.ATOMIC_MOVE);
    files.release();

    Job ended = host.api().awaitJob(job.id(), TestHost.PATIENCE);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("backup-damaged");
    assertThat(ended.status().detail()).contains("was replaced while they were read");
    assertThat(place.resolve("restored")).doesNotExist();
  }

  @Test
  void aLinkIsNoBackup() throws Exception {
    Path elsewhere = place.resolve("elsewhere");
    Files.move(folder("third"), elsewhere);
    Files.createSymbolicLink(folder("third"), elsewhere);

    assertAll(ok(), ok(), broken("There is no backup"));
    assertThatExceptionOfType(HostFailureException.class).isThrownBy(() -> delete("third"));
    assertThat(elsewhere.resolve("data.qcow2")).exists();
  }

  // ---- parts

  private record Expected(State state, List<String> words) {}

  private static Expected ok() {
    return new Expected(State.OK, List.of());
  }

  private static Expected broken(String... words) {
    return new Expected(State.BROKEN, List.of(words));
  }

  private static Expected needsFull(String... words) {
    return new Expected(State.FULL_NEEDED, List.of(words));
  }

  private void assertAll(Expected... expected) {
    List<KnownBackup> all = known();
    assertThat(all).as(all.toString()).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(all.get(i).chains()).hasSize(1);
      Chain chain = all.get(i).chains().get(0);
      assertThat(chain.disk()).isEqualTo("data");
      assertThat(chain.state()).as(all.get(i).toString()).isEqualTo(expected[i].state());
      if (expected[i].words().isEmpty()) {
        assertThat(chain.reason()).isEmpty();
      } else {
        assertThat(chain.reason()).contains(expected[i].words());
      }
    }
  }

  private List<KnownBackup> known() {
    return host.api().backups().known(backups, CallOptions.none());
  }

  private Path folder(String name) {
    return backups.resolve(name);
  }

  private void delete(String name) {
    host.api().backups().delete(backups, new BackupName(name), CallOptions.none());
  }

  private Job verify(String name) {
    Job job =
        host.api()
            .backups()
            .verify(backups, new BackupName(name), JobOptions.none(), CallOptions.none());
    return host.api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  private void backup(String name) {
    Job job =
        host.api()
            .backups()
            .create(
                WEB,
                BackupRequest.to(backups, new BackupName(name)),
                JobOptions.none(),
                CallOptions.none());
    Job ended = host.api().awaitJob(job.id(), TestHost.PATIENCE);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
  }

  private static void remove(Path folder) throws Exception {
    Files.delete(folder.resolve("data.qcow2"));
    Files.delete(folder.resolve("backup.json"));
    Files.delete(folder);
  }

  private static void backingOf(Path image, String name) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      file.seek(16);
      file.writeInt(bytes.length);
      file.seek(160);
      file.write(bytes);
    }
  }
}
