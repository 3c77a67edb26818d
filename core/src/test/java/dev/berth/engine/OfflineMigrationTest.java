package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
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
import dev.berth.host.GuestOwner;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.StartMode;
import dev.berth.host.StorageCopy;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeLauncher;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Domains without machines that go from one host to another, straight and not so straight. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class OfflineMigrationTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final URI OTHER = URI.create("unix:/other");
  private static final long FAST = 5L << 20;
  private static final CallOptions PATIENT = CallOptions.within(TestHost.PATIENCE);

  @TempDir Path directory;
  @TempDir Path otherDirectory;
  private final ManualTime time = new ManualTime();
  private FakeMachines machines;
  private FakeMachines otherMachines;
  private MemoryStore store;
  private MemoryStore otherStore;
  private TestHost host;
  private TestHost other;

  /** What keeps the other host from being reached, once that has become so. */
  private volatile BooleanSupplier cutOff = () -> false;

  @BeforeEach
  void defineADomain() {
    machines = new FakeMachines(directory);
    otherMachines = new FakeMachines(otherDirectory);
    store = new MemoryStore();
    otherStore = new MemoryStore();
    host = open();
    other = new TestHost(otherStore, otherMachines);
    host.define("web");
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
        return ((TakesMachines) other.api()).targetHost();
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
    machines.close();
    otherMachines.close();
    store.close();
    otherStore.close();
  }

  @Test
  void aDomainIsDefinedAtTheOtherHostAndNotHereAnyMore() {
    UUID uuid = host.domain("web").uuid();

    Job ended = ended(migrate());

    assertThat(ended.status().phase()).isEqualTo("complete");
    eventually(() -> assertThat(host.api().list()).isEmpty());
    assertThat(other.domain("web").uuid()).isEqualTo(uuid);
    assertThat(other.domain("web").definition().revision()).isEqualTo(1);
    assertThat(other.api().job(ended.id()).status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(other.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void aMigrationHasEndedOnceItsDomainIsGoneHere() throws Exception {
    HeldUp removal = new HeldUp();
    host.launcher().hold(FakeLauncher.Job.REMOVE_LOGS, removal);
    Job job = migrate();
    removal.awaitBegun();

    assertThat(host.api().job(job.id()).status().phase()).isEqualTo("ending");
    assertThat(host.domain("web").status().reason()).isEqualTo(StateReason.MIGRATED);
    var awaited = TestHost.async(() -> host.api().awaitJob(job.id(), TestHost.PATIENCE));
    removal.release();

    assertThat(awaited.join().status().phase()).isEqualTo("complete");
    assertThat(host.api().list()).isEmpty();
    assertThat(other.api().list()).hasSize(1);
  }

  @Test
  void howFastItsImagesAreCopiedIsSetAnew() throws Exception {
    Path there = Files.createDirectories(otherDirectory.resolve("there"));
    Path image = Files.write(directory.resolve("data.raw"), new byte[512]);
    defineHere(
        "{name: web, memory: 64MiB, disks: [{name: data, file: %s, format: raw}]}"
            .formatted(image));
    machines.onStart(reader -> reader.mirrors().takeTime());
    Job job = migrate(MigrationRequest.to(OTHER).with(StorageCopy.into(there)));
    eventually(() -> assertThat(machines.of("web").backups().ids()).hasSize(1));

    host.api().migrations().setPace(WEB, pace(Optional.empty()), PATIENT);
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(
            () ->
                host.api()
                    .migrations()
                    .setPace(WEB, pace(Optional.of(Duration.ofSeconds(1))), PATIENT))
        .withMessageContaining("set its speed alone");

    eventually(() -> assertThat(speeds()).containsExactly(FAST));
    machines.of("web").mirrors().finish();
    assertThat(ended(job).status().phase()).isEqualTo("complete");
  }

  private static MigrationPace pace(Optional<Duration> downtime) {
    return new MigrationPace(Optional.of(FAST), downtime);
  }

  private List<Long> speeds() {
    return machines.of("web").monitor().received().stream()
        .filter(each -> each.command().equals("block-job-set-speed"))
        .map(set -> set.arguments().path("speed").asLong())
        .toList();
  }

  @Test
  void whatSpeaksAgainstItIsToldAndChangesNothing() throws Exception {
    Path image = Files.write(directory.resolve("data.raw"), new byte[512]);
    defineHere(
        "{name: web, memory: 64MiB, boot: {firmware: uefi}, disks: [{name: data, file: %s, format: raw}]}"
            .formatted(image));
    other.define("web");

    List<String> obstacles =
        host.api().migrations().obstacles(WEB, MigrationRequest.to(OTHER), PATIENT);

    assertThat(obstacles)
        .anyMatch(it -> it.contains("UEFI variables"))
        .anyMatch(it -> it.contains("another domain of its name"));
    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(this::migrate)
        .withMessageContainingAll("UEFI variables", "another domain of its name");
    assertThat(host.api().jobs()).isEmpty();
    assertThat(other.api().list()).hasSize(1);
  }

  @Test
  void whatWaitsInAManagedSaveStays() {
    host.start("web");
    Job save = host.api().saves().save(WEB, JobOptions.none(), PATIENT);
    host.api().awaitJob(save.id(), TestHost.PATIENCE);
    host.await("web", DomainState.SHUTOFF);

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(this::migrate)
        .withMessageContaining("managed save");
  }

  @Test
  void whatWasHandedOverIsStartedByNeitherUntilTheOtherAnswers() {
    cutOff = () -> isHandedOver();
    Job job = migrate();
    eventually(() -> assertThat(isHandedOver()).isTrue());

    for (VmHost each : List.of(host.api(), other.api())) {
      assertThatExceptionOfType(BusyException.class)
          .isThrownBy(() -> each.start(WEB, StartMode.RUNNING, PATIENT));
      assertThatExceptionOfType(BusyException.class)
          .isThrownBy(
              () -> each.define(TestHost.document("web", "96MiB"), new DefineCondition.Always()));
    }
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> host.api().cancelJob(job.id()));
    cutOff = () -> false;

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertThat(other.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void whatWasHandedOverIsWaitedForAcrossRestarts() {
    cutOff = () -> isHandedOver();
    Job job = migrate();
    eventually(() -> assertThat(isHandedOver()).isTrue());

    host.close();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host = open();
    assertThatExceptionOfType(BusyException.class).isThrownBy(() -> host.start("web"));
    cutOff = () -> false;

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    eventually(() -> assertThat(host.api().list()).isEmpty());
    assertThat(other.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void itIsDecidedByHandWhereTheOtherNeverAnswersAgain() {
    cutOff = () -> isHandedOver();
    Job job = migrate();
    eventually(() -> assertThat(isHandedOver()).isTrue());
    cutOff = () -> true;

    resolving(GuestOwner.THIS_HOST);

    host.api().cancelJob(job.id());
    assertThat(ended(job).status().phase()).isEqualTo("decided-by-hand");
    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    other.api().migrations().resolve(WEB, GuestOwner.OTHER_HOST, PATIENT);
    eventually(() -> assertThat(other.api().list()).isEmpty());
  }

  @Test
  void aTargetThatHasItByHandKeepsIt() {
    cutOff = () -> isHandedOver();
    Job job = migrate();
    eventually(() -> assertThat(isHandedOver()).isTrue());

    other.api().migrations().resolve(WEB, GuestOwner.THIS_HOST, PATIENT);
    assertThat(other.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    cutOff = () -> false;

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    eventually(() -> assertThat(host.api().list()).isEmpty());
  }

  @Test
  void aTargetThatRefusesLeavesItHere() {
    cutOff = () -> !host.api().jobs().isEmpty() && !isTelling();
    Job job = migrate();

    Job ended = ended(job);

    assertThat(ended.status().phase()).isEqualTo("refused-by-target");
    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(other.api().list()).isEmpty();
  }

  @Test
  void onlyADomainThatIsShutOffGoes() {
    host.start("web");

    assertThatThrownBy(this::migrate)
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("it has a machine");
  }

  private void resolving(GuestOwner owner) {
    var decided = TestHost.async(() -> host.api().migrations().resolve(WEB, owner, PATIENT));
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(decided).isDone();
        });
    decided.join();
  }

  private boolean isHandedOver() {
    return isIn("handed-over");
  }

  private boolean isTelling() {
    return isIn("telling");
  }

  private boolean isIn(String phase) {
    return host.api().jobs().stream().anyMatch(job -> job.status().phase().equals(phase));
  }

  private void defineHere(String text) {
    host.api()
        .define(new DefinitionDocument(text, "web.yaml", directory), new DefineCondition.Always());
  }

  private Job migrate() {
    return migrate(MigrationRequest.to(OTHER));
  }

  private Job migrate(MigrationRequest request) {
    return host.api().migrations().migrateOffline(WEB, request, JobOptions.none(), PATIENT);
  }

  private Job ended(Job job) {
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(host.api().job(job.id()).status().state().isEnded()).isTrue();
        });
    return host.api().job(job.id());
  }
}
