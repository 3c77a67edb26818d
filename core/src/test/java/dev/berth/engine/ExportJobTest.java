package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.backup.DiskExtents;
import dev.berth.domain.DomainState;
import dev.berth.engine.backup.LocalBackupFiles;
import dev.berth.engine.save.LocalDumpFiles;
import dev.berth.engine.save.LocalSaveFiles;
import dev.berth.engine.thread.TimerThread;
import dev.berth.engine.thread.Timers;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.ExportRequest;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Exports that do not go straight, with a QEMU that does what the test says. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class ExportJobTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;
  @TempDir Path scratch;
  private final FakeServedDisks served = new FakeServedDisks();
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;

  @BeforeEach
  void startADomain() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = host();
    host.define("web");
    host.api()
        .attachDisk(
            WEB,
            TestHost.document("{name: data, file: /images/data.qcow2, format: qcow2}"),
            EditScope.CONFIG,
            CallOptions.none());
    host.start("web");
  }

  private TestHost host() {
    return host(Clock.systemUTC(), TimerThread.start());
  }

  private TestHost host(Clock clock, Timers timers) {
    return new TestHost(
        store,
        machines,
        TestHost.SETTINGS,
        port -> port,
        new JobFiles(new LocalDumpFiles(), new LocalBackupFiles(), served, new LocalSaveFiles()),
        clock,
        timers,
        TestHost.BOOT);
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void whatCannotBeReadAsItWasIsNotTakenForDone() {
    Job job = serving();
    served.breakThem();

    host.api().backups().finishExport(job.id(), CallOptions.none());

    assertThat(ended(job).status().phase()).isEqualTo("write-failed");
    assertNothingIsLeft();
    assertThat(machine().backups().bitmaps("data-format")).isEmpty();
  }

  @Test
  void whatCannotBeReadAsItWasIsFoundOutByItself() {
    Job job = serving();

    served.breakThem();

    assertThat(ended(job).status().phase()).isEqualTo("write-failed");
    assertNothingIsLeft();
  }

  @Test
  void whatIsNotReachedIsServedOnAndCanBeFinishedLater() {
    Job job = serving();
    served.lose(true);

    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> host.api().backups().finishExport(job.id(), CallOptions.none()));
    assertThat(phase(job)).isEqualTo("serving");

    served.lose(false);
    host.api().backups().finishExport(job.id(), CallOptions.none());
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertNothingIsLeft();
  }

  @Test
  void slowDisksOfOneDomainDoNotTakeAllThreads() throws Exception {
    Job job = serving();
    served.hold();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Thread caller = new Thread(() -> extents(job), "caller-" + i);
      caller.start();
      callers.add(caller);
    }
    eventually(() -> assertThat(served.asked()).isEqualTo(2));

    assertThatExceptionOfType(BusyException.class).isThrownBy(() -> extents(job));

    served.release();
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(extents(job).extents()).isNotEmpty();
  }

  private DiskExtents extents(Job job) {
    return host.api().backups().extents(job.id(), "data", 0, CallOptions.none());
  }

  @Test
  void whatSomebodyTakesAwayHasFailed() {
    Job job = serving();

    machine().backups().removeExports();

    assertThat(ended(job).status().phase()).isEqualTo("write-failed");
    assertThat(ended(job).status().detail()).contains("somebody else");
    assertNothingIsLeft();
  }

  @Test
  void aDomainWithoutAMachineServesNothingAndIsToldWhatElseThereIs() {
    host.api().destroy(WEB, Duration.ZERO, CallOptions.none());

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(this::export)
        .withMessageContainingAll("Cannot export", "Start it first", "back it up to a directory");
    assertThat(host.api().jobs()).isEmpty();
  }

  @Test
  void whatIsCancelledBeforeItServesIsTakenBack() throws Exception {
    machine().monitor().hold("transaction");
    Job job = export();
    machine().monitor().awaitReceived("transaction", 1, TestHost.PATIENCE);

    host.api().cancelJob(job.id());
    machine().monitor().release("transaction");

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertNothingIsLeft();
  }

  @Test
  void whatQemuRefusesIsTakenBackWithItsWords() {
    machine().monitor().refuse("block-export-add", "GenericError", "No such node");

    Job ended = ended(export());

    assertThat(ended.status().phase()).isEqualTo("refused-by-qemu");
    assertThat(ended.status().detail()).contains("No such node");
    assertNothingIsLeft();
  }

  @Test
  void oneThatFailsBeforeItServesLeavesTheServerOfSomebodyElseAlone() {
    machine().backups().serveElsewhere();
    machine().monitor().refuse("transaction", "GenericError", "No such node");

    assertThat(ended(export()).status().phase()).isEqualTo("refused-by-qemu");

    assertThat(machine().backups().isServing()).isTrue();
  }

  @Test
  void aSocketThatAHostLeftInQemuBeforeItServedIsTakenOut() {
    machine().backups().leaveSocket();
    machine().monitor().refuse("block-export-add", "GenericError", "NBD server not running");

    assertThat(ended(export()).status().phase()).isEqualTo("refused-by-qemu");

    assertThat(machine().monitor().received())
        .filteredOn(it -> it.command().equals("closefd"))
        .extracting(it -> it.arguments().path("fdname").asText())
        .contains("nbd-server");
    assertThat(machine().launch().files().nbdSocket()).doesNotExist();
  }

  @Test
  void theNextHostGoesOnWithIt() {
    Job job = serving();

    become(Clock.systemUTC(), TimerThread.start());

    assertThat(host.api().backups().exported(job.id(), CallOptions.none()).disks()).hasSize(1);
    host.api().backups().finishExport(job.id(), CallOptions.none());
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertNothingIsLeft();
    assertThat(machine().backups().bitmaps("data-format")).containsValue(true).hasSize(1);
  }

  @Test
  void oneThatDoesNotServeYetCanBeNeitherReachedNorFinishedNorHeld() throws Exception {
    machine().monitor().hold("transaction");
    Job job = export();
    machine().monitor().awaitReceived("transaction", 1, TestHost.PATIENCE);

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> host.api().backups().exported(job.id(), CallOptions.none()));
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> host.api().backups().finishExport(job.id(), CallOptions.none()));
    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(() -> host.api().pauseJob(job.id()));
    machine().monitor().release("transaction");
    host.api().cancelJob(job.id());
    ended(job);
  }

  @Test
  void oneThatIsLookedAtForLongHasItsLifetimeAllTheSame() {
    ManualTime time = new ManualTime();
    become(time, time);
    served.hold();
    Job job = serving(lasting(Duration.ofSeconds(60)));
    eventually(() -> assertThat(served.probes()).isPositive());

    time.pass(Duration.ofSeconds(10)); // meanwhile
    time.pass(Duration.ofSeconds(50));

    eventually(() -> assertThat(phase(job)).isEqualTo("undoing"));
    served.release();
    assertThat(ended(job).status().phase()).isEqualTo("deadline-passed");
    assertNothingIsLeft();
  }

  @Test
  void oneThatWasLookedAtForLongIsLookedAtAgain() {
    ManualTime time = new ManualTime();
    become(time, time);
    served.hold();
    Job job = serving();
    eventually(() -> assertThat(served.probes()).isPositive());
    time.pass(Duration.ofSeconds(10));
    served.release();
    served.breakThem();

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(5));
          assertThat(phase(job)).isEqualTo("write-failed");
        });
    assertNothingIsLeft();
  }

  @Test
  void aQemuThatDoesNotAnswerIsNotAskedAgainAndAgain() throws Exception {
    ManualTime time = new ManualTime();
    become(time, time);
    Job job = serving(lasting(Duration.ofSeconds(60)));
    machine().monitor().hold("query-block-exports");
    int asked = asked();
    for (int i = 0; i < 8; i++) {
      time.pass(Duration.ofSeconds(5));
    }
    assertThat(asked()).isLessThanOrEqualTo(asked + 1);

    time.pass(Duration.ofSeconds(20));
    eventually(() -> assertThat(phase(job)).isEqualTo("undoing"));
    machine().monitor().release("query-block-exports");
    assertThat(ended(job).status().phase()).isEqualTo("deadline-passed");
  }

  private int asked() {
    return (int)
        machine().monitor().received().stream()
            .filter(it -> it.command().equals("query-block-exports"))
            .count();
  }

  private ExportRequest lasting(Duration lifetime) {
    return new ExportRequest(Set.of(), Optional.empty(), scratch, Optional.of(lifetime));
  }

  private String phase(Job job) {
    return host.api().job(job.id()).status().phase();
  }

  /** The next host, which has its own time. */
  private void become(Clock clock, Timers timers) {
    host.close();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host = host(clock, timers);
    host.await("web", DomainState.RUNNING);
  }

  private void assertNothingIsLeft() {
    assertThat(scratch).isEmptyDirectory();
    assertThat(machine().backups().ids()).isEmpty();
    assertThat(machine().backups().served()).isEmpty();
    assertThat(machine().backups().isServing()).isFalse();
    assertThat(machine().backplane().nodes()).containsExactlyInAnyOrder("data-format", "data-file");
  }

  private Job export() {
    return export(ExportRequest.full(scratch));
  }

  private Job export(ExportRequest request) {
    return host.api()
        .backups()
        .export(WEB, request, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
  }

  private Job serving() {
    return serving(ExportRequest.full(scratch));
  }

  private Job serving(ExportRequest request) {
    Job job = export(request);
    eventually(
        () ->
            assertThat(host.api().job(job.id()).status().phase())
                .as(host.api().job(job.id()).toString())
                .isEqualTo("serving"));
    return job;
  }

  private Job ended(Job job) {
    return host.api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  private FakeMachine machine() {
    return machines.of("web");
  }
}
