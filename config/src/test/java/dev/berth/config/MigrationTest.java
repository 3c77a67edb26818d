package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.control.ControlAccess;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateChannels;
import dev.berth.domain.StateChannels.Compression;
import dev.berth.domain.StateReason;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationLimit;
import dev.berth.host.MigrationLimit.AtLimit;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import dev.berth.job.MigrationResult;
import dev.berth.testing.TestGuest;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real machines that change hosts while their guests count. */
@Tag("once")
@Timeout(300)
final class MigrationTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  /** Slow enough that what is done meanwhile is done meanwhile. */
  private static final long SLOW = 4 << 20;

  private TestHome otherHome;
  private Path otherDirectory;
  private URI other;

  @BeforeEach
  void anotherHome() throws IOException {
    otherDirectory = Files.createDirectory(directory.resolve("b"));
    otherHome = new TestHome(otherDirectory);
    Path socket = otherDirectory.resolve("s");
    other = URI.create("unix:" + socket);
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
  void aGuestGoesOnAtAnotherHostWithoutAGapAndComesBack() throws Exception {
    Path back = directory.resolve("s");
    try (VmHost here = Berth.open(home.settings().control(back, ControlAccess.OWNER_ONLY));
        VmHost there = openOther()) {
      Console console = start(here);

      Job ended = ended(here, migrate(here, MigrationRequest.to(other)));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      assertThat(ended.status().detail()).startsWith("the guest stood for ");
      assertGone(here);
      DomainSnapshot moved = there.domain(VM);
      assertThat(moved.status().state()).isEqualTo(DomainState.RUNNING);
      assertThat(moved.status().reason()).isEqualTo(StateReason.MIGRATED);
      assertThat(QemuOf.pids(directory)).hasSize(1);
      String before = console.close();
      awaitBeats(there, before, 3);

      Job returned = ended(there, migrate(there, MigrationRequest.to(URI.create("unix:" + back))));

      assertThat(returned.status().phase()).as("%s", returned).isEqualTo("complete");
      assertThat(here.domain(VM).status().reason()).isEqualTo(StateReason.MIGRATED);
      here.destroy(VM, TestHome.GRACE, PATIENT);
    }
  }

  @Test
  void aStateIsSentOverSeveralConnectionsCompressedAndSetAnewMeanwhile() throws Exception {
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      Console console = start(here);
      StateChannels channels = new StateChannels(3, Compression.ZLIB);
      Job job = sending(here, slow().over(channels));

      here.migrations()
          .setPace(VM, new MigrationPace(Optional.of(1L << 30), Optional.empty()), PATIENT);

      Job ended = ended(here, job);
      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      MigrationResult result = MigrationResult.of(ended).orElseThrow();
      assertThat(result.bytes().orElseThrow()).isPositive();
      assertThat(result.rounds().orElseThrow()).isPositive();
      assertThat(result.total().orElseThrow()).isGreaterThan(result.downtime().orElseThrow());
      awaitBeats(there, console.close(), 3);
      there.destroy(VM, TestHome.GRACE, PATIENT);
    }
  }

  @Test
  void aGuestStandsForWhatIsLeftWhenItsTimeIsOver() throws Exception {
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      Console console = start(here);
      MigrationLimit limit = new MigrationLimit(Duration.ofSeconds(1), AtLimit.PAUSE_GUEST);

      Job ended = ended(here, migrate(here, sentAt(4 * SLOW).within(limit)));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      awaitBeats(there, console.close(), 3);
      there.destroy(VM, TestHome.GRACE, PATIENT);
    }
  }

  @Test
  void whatIsCancelledGoesOnWhereItWas() throws Exception {
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      Console console = start(here);
      Job job = sending(here);

      here.cancelJob(job.id());

      Job ended = ended(here, job);
      assertThat(ended.status().state()).as("%s", ended).isEqualTo(JobState.CANCELLED);
      assertStays(here, there, console);
      assertThat(ended(here, migrate(here, MigrationRequest.to(other))).status().phase())
          .isEqualTo("complete");
      there.destroy(VM, TestHome.GRACE, PATIENT);
    }
  }

  @Tag("full")
  @Test
  void aSourceThatIsClosedMeanwhileLosesNothing() throws Exception {
    try (VmHost there = openOther()) {
      JobId job;
      Console console;
      try (VmHost here = home.open()) {
        console = start(here);
        job = sending(here).id();
      }
      try (VmHost here = home.open()) {
        there.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
        assertGone(here);
        assertThat(here.jobs()).allMatch(known -> known.id().equals(job));
      }
      awaitBeats(there, console.close(), 3);
      assertThat(QemuOf.pids(directory)).hasSize(1);
    }
  }

  @Tag("full")
  @Test
  void aTargetThatIsClosedMeanwhileLosesNothing() throws Exception {
    try (VmHost here = home.open()) {
      Job job;
      Console console;
      try (VmHost there = openOther()) {
        console = start(here);
        job = sending(here);
        assertThat(there.jobs()).hasSize(1);
      }
      try (VmHost there = openOther()) {
        Job ended = ended(here, job);
        assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
        assertGone(here);
        assertThat(there.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);
        awaitBeats(there, console.close(), 3);
      }
    }
  }

  @Test
  void aTargetWhoseQemuDiesLeavesTheGuestWhereItWas() throws Exception {
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      Console console = start(here);
      Job job = sending(here);

      QemuOf.machine(otherDirectory, there.domain(VM)).kill();

      Job ended = ended(here, job);
      assertThat(ended.status().state()).as("%s", ended).isEqualTo(JobState.FAILED);
      assertThat(ended.status().detail()).contains("QEMU has ended");
      assertStays(here, there, console);
    }
  }

  @Test
  void aSourceWhoseQemuDiesLeavesNothingAtTheTarget() throws Exception {
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      start(here).close();
      Job job = sending(here);

      QemuOf.machine(directory, here.domain(VM)).kill();

      Job ended = ended(here, job);
      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("machine-ended");
      assertThat(here.domain(VM).status().reason()).isEqualTo(StateReason.CRASHED);
      eventually(() -> assertThat(there.list()).isEmpty());
      QemuOf.awaitCount(directory, 0);
    }
  }

  @Test
  void allThatSpeaksAgainstItIsSaidBeforeAnythingHasHappened() throws Exception {
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      home.defineIdle(here, "vm");
      here.start(VM, StartMode.RUNNING, PATIENT);
      otherHome.defineIdle(there, "vm");

      List<String> obstacles = here.migrations().obstacles(VM, MigrationRequest.to(other), PATIENT);

      assertThat(obstacles).anyMatch(each -> each.contains("another domain of its name"));
      assertThatExceptionOfType(UnsupportedException.class)
          .isThrownBy(() -> migrate(here, MigrationRequest.to(other)))
          .withMessageContaining("another domain of its name");
      assertThat(here.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);
      assertThat(here.jobs()).isEmpty();
    }
  }

  // ---- short ways

  /** What a guest writes, which is read on when its log has gone. */
  private record Console(FileInputStream log) {
    String close() throws IOException {
      try (log) {
        return new String(log.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  private Console start(VmHost host) throws Exception {
    Files.write(directory.resolve("data.raw"), new byte[1 << 20]);
    home.defineGuestWith(
        host,
        "vm",
        "memory: 128MiB\ndisks:\n  - {name: data, file: data.raw, format: raw}",
        TestGuest.running("heartbeat"));
    host.start(VM, StartMode.RUNNING, PATIENT);
    ConsoleLog.of(host, VM).await(TestGuest.HEARTBEAT, TestHome.PATIENCE);
    Path log =
        home.settings()
            .layout()
            .logDirectory()
            .resolve(host.domain(VM).uuid().toString())
            .resolve("console.log");
    return new Console(new FileInputStream(log.toFile()));
  }

  private static Job migrate(VmHost host, MigrationRequest request) {
    return host.migrations().migrate(VM, request, JobOptions.none(), PATIENT);
  }

  /** One that is under way for some time. */
  private Job sending(VmHost host) {
    return sending(host, slow());
  }

  private MigrationRequest slow() {
    return sentAt(SLOW);
  }

  private MigrationRequest sentAt(long bytesPerSecond) {
    return new MigrationRequest(
        other, Optional.of(bytesPerSecond), Optional.empty(), Convergence.LEFT_TO_GUEST);
  }

  private Job sending(VmHost host, MigrationRequest request) {
    Job job = migrate(host, request);
    eventually(
        () -> {
          Job now = host.job(job.id());
          assertThat(now.status().phase()).as("%s", now).isEqualTo("transferring");
          assertThat(now.status().progress()).isPresent();
        });
    return job;
  }

  private static Job ended(VmHost host, Job job) {
    return host.awaitJob(job.id(), TestHome.PATIENCE);
  }

  private static void assertGone(VmHost host) {
    eventually(() -> assertThat(host.list()).isEmpty());
  }

  private void assertStays(VmHost here, VmHost there, Console console) throws IOException {
    here.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
    eventually(() -> assertThat(there.list()).isEmpty());
    eventually(() -> assertThat(QemuOf.pids(directory)).hasSize(1));
    int soFar = Heartbeats.unbroken(console.close());
    ConsoleLog log = ConsoleLog.of(here, VM);
    log.await(TestGuest.HEARTBEAT + " " + (soFar + 2) + " ", TestHome.PATIENCE);
    Heartbeats.unbroken(log.text());
  }

  /** Until the guest has counted on by so many, each following the one before. */
  private static void awaitBeats(VmHost host, String before, int more) {
    int soFar = Heartbeats.unbroken(before);
    ConsoleLog log = ConsoleLog.of(host, VM);
    log.await(TestGuest.HEARTBEAT + " " + (soFar + more) + " ", TestHome.PATIENCE);
    assertThat(Heartbeats.unbroken(before + log.text())).isGreaterThanOrEqualTo(soFar + more);
  }
}
