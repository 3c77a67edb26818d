package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainState;
import dev.berth.engine.backup.LocalBackupFiles;
import dev.berth.engine.migration.Peers.Peer;
import dev.berth.engine.save.LocalDumpFiles;
import dev.berth.engine.save.LocalSaveFiles;
import dev.berth.error.BusyException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.GuestOwner;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.StorageCopy;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageTask;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Domains without machines that take their images along. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class OfflineStorageTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final URI OTHER = URI.create("unix:/other");
  private static final URI ELSEWHERE = URI.create("tls://host-b.example");
  private static final CallOptions PATIENT = CallOptions.within(TestHost.PATIENCE);

  @TempDir Path directory;
  @TempDir Path otherDirectory;
  @TempDir Path images;
  @TempDir Path there;
  private final ManualTime time = new ManualTime();
  private FakeMachines machines;
  private FakeMachines otherMachines;
  private MemoryStore store;
  private MemoryStore otherStore;
  private TestHost host;
  private TestHost other;
  private volatile BooleanSupplier cutOff = () -> false;
  private volatile UnaryOperator<TargetHost> asSeen = target -> target;

  @BeforeEach
  void defineADomain() throws Exception {
    machines = new FakeMachines(directory);
    otherMachines = new FakeMachines(otherDirectory);
    store = new MemoryStore();
    otherStore = new MemoryStore();
    host = open();
    other = new TestHost(otherStore, otherMachines);
    new FakeImageFiles()
        .run(
            JobId.random(),
            new ImageTask.Create(
                new ImageTask.Layer(images.resolve("data.qcow2"), ImageFormat.QCOW2),
                ByteSize.mebibytes(8),
                Preallocation.OFF),
            done -> {});
    Files.write(images.resolve("more.raw"), new byte[1000]);
    define(
        "web",
        "{name: data, file: data.qcow2, format: qcow2}, {name: more, file: more.raw, format: raw}");
  }

  private TestHost open() {
    return new TestHost(
        store,
        machines,
        TestHost.SETTINGS,
        port -> port,
        new JobFiles(
            new LocalDumpFiles(),
            new LocalBackupFiles(),
            new FakeServedDisks(),
            new LocalSaveFiles(),
            address -> peer()),
        time,
        time,
        TestHost.BOOT);
  }

  private Peer peer() {
    return new Peer() {
      @Override
      public TargetHost target() {
        if (cutOff.getAsBoolean()) {
          throw new HostUnreachableException("It was cut off by the test.");
        }
        return asSeen.apply(((TakesMachines) other.api()).targetHost());
      }

      @Override
      public StreamAddress reach(StreamAddress named) {
        return named;
      }

      @Override
      public void close() {}
    };
  }

  @AfterEach
  void close() {
    host.close();
    other.close();
    assertThat(machines.living()).isEmpty();
    assertThat(otherMachines.living()).isEmpty();
    machines.close();
    otherMachines.close();
    store.close();
    otherStore.close();
  }

  @Test
  void itIsStartedThereFromImagesThatWereMadeForIt() {
    Job ended = ended(migrate());

    assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
    assertThat(ended.status().detail())
        .startsWith("its images were copied, 0.0 MiB, ")
        .contains("; its images stay here: '" + images.resolve("data.qcow2") + "'");
    assertThat(ended.status().figures()).containsEntry("bytes", 2L).containsKey("totalMillis");
    eventually(() -> assertThat(host.api().list()).isEmpty());
    assertThat(there.toFile().list()).containsExactlyInAnyOrder("data.qcow2", "more.raw");
    assertThat(there.resolve("more.raw")).hasSize(1000);
    assertThat(other.api().definition(WEB).json())
        .contains(there.resolve("data.qcow2").toString(), there.resolve("more.raw").toString())
        .doesNotContain(images.toString());
    assertNothingIsLeftOfIt();
    other.start("web");
    other.destroy("web");
  }

  @Test
  void itsProgressIsToldAndNobodyElseOpensItsImagesMeanwhile() {
    host.define("thief");
    host.start("thief");
    DefinitionDocument disk =
        TestHost.document(
            "{name: data, file: " + images.resolve("data.qcow2") + ", format: qcow2}");
    Job job = copying();

    eventually(() -> assertThat(now(job).status().progress()).isPresent());
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(
            () -> host.api().attachDisk(DomainRef.of("thief"), disk, EditScope.LIVE, PATIENT))
        .withMessageContaining(job.id().text());
    assertThatExceptionOfType(BusyException.class).isThrownBy(() -> host.start("web"));
    assertThatExceptionOfType(BusyException.class).isThrownBy(() -> other.start("web"));
    machines.of("web").mirrors().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    host.api().attachDisk(DomainRef.of("thief"), disk, EditScope.LIVE, PATIENT);
    host.destroy("thief");
  }

  @Test
  void allThatSpeaksAgainstItIsToldAtOnce() throws Exception {
    host.define("thief");
    host.start("thief");
    host.api()
        .attachDisk(
            DomainRef.of("thief"),
            TestHost.document(
                "{name: data, file: " + images.resolve("data.qcow2") + ", format: qcow2}"),
            EditScope.LIVE,
            PATIENT);
    Files.writeString(there.resolve("data.qcow2"), "somebody's");
    other.define("web");

    List<String> obstacles = host.api().migrations().obstacles(WEB, request(), PATIENT);

    assertThat(obstacles)
        .anyMatch(it -> it.contains("disk 'data' cannot be copied") && it.contains("'thief'"))
        .anyMatch(it -> it.contains("another domain of its name"));
    host.destroy("thief");
    assertThat(host.api().migrations().obstacles(WEB, request(), PATIENT))
        .anyMatch(it -> it.contains("there is a file '" + there.resolve("data.qcow2") + "'"));
    assertThatExceptionOfType(UnsupportedException.class).isThrownBy(this::migrate);
    assertThat(there.resolve("data.qcow2")).hasContent("somebody's");
    assertThat(there.toFile().list()).hasSize(1);
    assertThat(host.api().jobs()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {name: data, file: gone.qcow2, format: qcow2}   | disk 'data' cannot be copied
          {name: data, file: more.raw, format: qcow2}     | not a qcow2 image
          {name: data, fd: given, format: qcow2}          | given open at each start
          {name: a, file: x/d.raw, format: raw}, {name: b, file: y/d.raw, format: raw} | two of its
          """)
  void whatCannotBeCopiedIsNamed(String disks, String why) throws Exception {
    for (String each : List.of("x", "y")) {
      Files.write(Files.createDirectory(images.resolve(each)).resolve("d.raw"), new byte[512]);
    }
    define("odd", disks);

    assertThat(host.api().migrations().obstacles(DomainRef.of("odd"), request(), PATIENT))
        .anyMatch(it -> it.contains(why));
    assertThat(there).isEmptyDirectory();
  }

  @Test
  void whatGoesToAnotherMachineIsEncryptedByAKeyThatBothQemusHave() {
    Job job = copying(ELSEWHERE);

    FakeMachine reader = machines.of("web");
    assertThat(told(reader, "object-add"))
        .singleElement()
        .satisfies(
            added -> {
              assertThat(added.path("endpoint").asText()).isEqualTo("client");
              assertThat(Path.of(added.path("dir").asText())).doesNotExist();
            });
    assertThat(told(reader, "blockdev-add"))
        .filteredOn(added -> added.path("driver").asText().equals("nbd"))
        .hasSize(2)
        .allMatch(added -> added.path("tls-creds").asText().equals("berth-stream"))
        .allMatch(added -> added.at("/server/type").asText().equals("inet"));
    FakeMachine server = otherMachines.of("web");
    assertThat(told(server, "object-add"))
        .singleElement()
        .satisfies(
            added -> {
              assertThat(added.path("endpoint").asText()).isEqualTo("server");
              assertThat(Path.of(added.path("dir").asText())).isNotEmptyDirectory();
            });
    assertThat(told(server, "nbd-server-start"))
        .singleElement()
        .satisfies(
            started -> {
              assertThat(started.path("tls-creds").asText()).isEqualTo("berth-stream");
              assertThat(started.at("/addr/type").asText()).isEqualTo("inet");
            });

    reader.mirrors().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertNothingIsLeftOfIt();
    other.start("web");
    other.destroy("web");
  }

  /** It does not know what a key is, and so takes them in at a socket of its own machine. */
  @Test
  void aTargetOfAnEarlierVersionIsToldByNameAndSentNothing() {
    asSeen = OlderTarget::new;

    Job ended = ended(migrate(ELSEWHERE));

    assertThat(ended.status().phase()).isEqualTo("refused-by-target");
    assertThat(ended.status().detail())
        .contains("tls://host-b.example", "of an older version", "Nothing was sent");
    asSeen = target -> target;
    assertStays();
  }

  @Test
  void aSourceThatIsClosedMeanwhileGoesOnByTheKeyThatQemuHas() {
    Job job = copying(ELSEWHERE);
    FakeMachine reader = machines.of("web");

    reopenSource();
    eventually(() -> assertThat(told(reader, "qom-list")).isNotEmpty());
    reader.mirrors().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertThat(told(reader, "object-add")).hasSize(1);
    assertNothingIsLeftOfIt();
  }

  @Test
  void aTargetThatIsClosedMeanwhileNeedsNoKeyAnyMore() {
    Job job = copying(ELSEWHERE);
    FakeMachine server = otherMachines.of("web");

    reopenTarget();
    machines.of("web").mirrors().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertThat(told(server, "object-add")).hasSize(1);
    assertNothingIsLeftOfIt();
  }

  @Test
  void whatIsCancelledWhileItIsCopiedLeavesNothingThere() {
    Job job = copying();

    host.api().cancelJob(job.id());

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertStays();
  }

  @Test
  void whatCannotBeWrittenThereLeavesNothingThere() {
    Job job = copying();

    machines.of("web").backups().fail("No space left on device");

    assertThat(ended(job).status().phase()).isEqualTo("transfer-failed");
    assertThat(ended(job).status().detail()).contains("disk 'data'", "No space left on device");
    assertStays();
  }

  @Test
  void aSourceThatIsClosedMeanwhileGoesOnWithTheQemuThatCopies() {
    Job job = copying();
    FakeMachine reader = machines.of("web");

    reopenSource();
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("copying-storage"));
    assertThat(machines.of("web")).isSameAs(reader);
    reader.mirrors().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertNothingIsLeftOfIt();
  }

  @Test
  void aTargetThatIsClosedMeanwhileGoesOnWithTheQemuThatTakesThemIn() {
    Job job = copying();

    reopenTarget();
    machines.of("web").mirrors().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertNothingIsLeftOfIt();
  }

  @Test
  void aQemuThatEndsWhileItCopiesLeavesNothingThere() {
    Job job = copying();

    machines.of("web").kill();

    assertThat(ended(job).status().phase()).isEqualTo("transfer-failed");
    assertStays();
  }

  @Test
  void aQemuThatEndsWhileItTakesThemInLeavesNothingThere() {
    Job job = copying();

    otherMachines.of("web").kill();
    eventually(() -> assertThat(other.api().list()).isEmpty());
    machines.of("web").backups().fail("Input/output error");

    assertThat(ended(job).status().state()).isEqualTo(JobState.FAILED);
    assertStays();
  }

  @Test
  void aTargetThatHasThemByHandKeepsThem() {
    cutOff = () -> isHandedOver();
    Job job = migrate();
    eventually(() -> assertThat(isHandedOver()).isTrue());

    other.api().migrations().resolve(WEB, GuestOwner.THIS_HOST, PATIENT);

    other.start("web");
    other.destroy("web");
    cutOff = () -> false;
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertThat(there.toFile().list()).containsExactlyInAnyOrder("data.qcow2", "more.raw");
    assertNothingIsLeftOfIt();
  }

  @Test
  void aTargetThatIsNotToHaveThemByHandHasNothingOfThem() {
    Job job = copying();

    other.api().migrations().resolve(WEB, GuestOwner.OTHER_HOST, PATIENT);

    eventually(() -> assertThat(other.api().list()).isEmpty());
    assertThat(there).isEmptyDirectory();
    machines.of("web").backups().fail("Input/output error");
    assertThat(ended(job).status().state()).isEqualTo(JobState.FAILED);
    assertStays();
  }

  @Test
  void nobodyHasByHandWhatIsNotThereYet() {
    Job job = copying();

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> other.api().migrations().resolve(WEB, GuestOwner.THIS_HOST, PATIENT));

    machines.of("web").mirrors().finish();
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertNothingIsLeftOfIt();
  }

  // ---- short ways

  private boolean isHandedOver() {
    return host.api().jobs().stream().anyMatch(job -> job.status().phase().equals("handed-over"));
  }

  private void define(String name, String disks) {
    host.api()
        .define(
            new DefinitionDocument(
                "{name: %s, memory: 64MiB, disks: [%s]}".formatted(name, disks),
                name + ".yaml",
                images),
            new DefineCondition.Always());
  }

  private void reopenSource() {
    host.close();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host = open();
  }

  private void reopenTarget() {
    other.close();
    MemoryStore next = otherStore.reopened();
    otherStore.close();
    otherStore = next;
    other = new TestHost(otherStore, otherMachines);
  }

  private MigrationRequest request() {
    return request(OTHER);
  }

  private MigrationRequest request(URI target) {
    return MigrationRequest.to(target).with(StorageCopy.into(there));
  }

  private Job migrate() {
    return migrate(OTHER);
  }

  private Job migrate(URI target) {
    return host.api().migrations().migrateOffline(WEB, request(target), JobOptions.none(), PATIENT);
  }

  /** One whose images are copied until they are told to be there. */
  private Job copying() {
    return copying(OTHER);
  }

  private Job copying(URI target) {
    machines.onStart(machine -> machine.mirrors().takeTime());
    Job job = migrate(target);
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("copying-storage"));
    eventually(() -> assertThat(machines.of("web").backups().ids()).hasSize(2));
    machines.onStart(machine -> {});
    return job;
  }

  private static List<ObjectNode> told(FakeMachine machine, String command) {
    return machine.monitor().received().stream()
        .filter(each -> each.command().equals(command))
        .map(FakeQemu.Received::arguments)
        .toList();
  }

  private Job now(Job job) {
    return host.api().job(job.id());
  }

  private Job ended(Job job) {
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(now(job).status().state().isEnded()).isTrue();
        });
    return now(job);
  }

  /** The domain is here and can be moved again, and nothing of it is there. */
  private void assertStays() {
    eventually(() -> assertThat(other.api().list()).isEmpty());
    assertThat(there).isEmptyDirectory();
    assertNothingIsLeftOfIt();
    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    host.destroy("web");
    assertThat(ended(migrate()).status().phase()).isEqualTo("complete");
  }

  private void assertNothingIsLeftOfIt() {
    eventually(
        () -> {
          assertThat(machines.living()).isEmpty();
          assertThat(otherMachines.living()).isEmpty();
          assertThat(machines.runDirectories()).isEmpty();
          assertThat(otherMachines.runDirectories()).isEmpty();
        });
  }
}
