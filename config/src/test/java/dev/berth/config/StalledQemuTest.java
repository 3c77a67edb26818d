package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.MachineStalledException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.stats.MachineStats;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** QEMUs that are stopped in the middle hold up nobody but those who wait for them. */
@ExtendWith(LeakCheck.class)
final class StalledQemuTest {
  /** Several times the threads that run drivers. */
  private static final int MANY = 6;

  private static final DomainRef HEALTHY = DomainRef.of("healthy");

  @TempDir private Path directory;
  private TestHome home;

  @BeforeEach
  void aHomeThatNoticesSoon() {
    home = new TestHome(directory);
    home.set("overdue", "500ms");
    home.set("heartbeat", "500ms");
  }

  @AfterEach
  void nothingIsLeftRunning() {
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
  }

  @Test
  void moreStalledQemusThanThreadsHoldUpNobodyElse() throws Exception {
    ExecutorService callers = Executors.newCachedThreadPool();
    try (VmHost host = home.open()) {
      List<QemuOf> stalled = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        stalled.add(QemuOf.machine(directory, home.startIdle(host, "stalled-" + i)));
      }
      home.startIdle(host, "healthy");
      stalled.forEach(QemuOf::freeze);
      List<CompletableFuture<VerbResult>> waiting = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        DomainRef domain = DomainRef.of("stalled-" + i);
        waiting.add(
            CompletableFuture.supplyAsync(
                () -> host.resume(domain, CallOptions.within(TestHome.PATIENCE)), callers));
      }

      assertEverythingElseWorks(host);
      assertThat(host.list()).hasSize(MANY + 1);
      assertThat(waiting).noneMatch(CompletableFuture::isDone);

      stalled.forEach(QemuOf::thaw);
      for (CompletableFuture<VerbResult> verb : waiting) {
        VerbResult result = verb.get(TestHome.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.snapshot().status().state()).isEqualTo(DomainState.RUNNING);
      }
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void aVerbOnAStalledMachineFailsWithoutADeadlineAndTheMachineComesBack() {
    try (VmHost host = home.open()) {
      DomainRef domain = DomainRef.of("vm");
      QemuOf qemu = QemuOf.machine(directory, home.startIdle(host, "vm"));
      qemu.freeze();

      assertThatThrownBy(() -> host.resume(domain, CallOptions.none()))
          .isInstanceOf(MachineStalledException.class)
          .hasMessageContainingAll("'vm'", "deadline", "destroy");
      assertThat(liveness(host, domain)).isEqualTo(Liveness.STALLED);
      assertThatThrownBy(() -> host.resume(domain, CallOptions.none()))
          .isInstanceOf(MachineStalledException.class);
      assertThatThrownBy(() -> host.resume(domain, CallOptions.within(Duration.ofMillis(100))))
          .isInstanceOf(DeadlineExceededException.class);

      qemu.thaw();
      QemuOf.awaitThat(
          "the machine is responsive", () -> liveness(host, domain) == Liveness.RESPONSIVE);
      assertThat(host.resume(domain, CallOptions.none()).snapshot().status().state())
          .isEqualTo(DomainState.RUNNING);
    }
  }

  @Test
  void destroyingAStoppedQemuKillsItAndSaysSo() {
    try (VmHost host = home.open()) {
      DomainRef domain = DomainRef.of("vm");
      QemuOf qemu = QemuOf.machine(directory, home.startIdle(host, "vm"));
      qemu.freeze();
      CompletableFuture<VerbResult> waiting =
          CompletableFuture.supplyAsync(
              () -> host.resume(domain, CallOptions.within(TestHome.PATIENCE)));
      QemuOf.awaitThat("the machine is stalled", () -> liveness(host, domain) == Liveness.STALLED);

      VerbResult destroyed = host.destroy(domain, TestHome.PATIENCE, CallOptions.none());

      assertThat(destroyed.detail()).contains("killed at once");
      assertThat(destroyed.snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
      assertThat(qemu.isAlive()).isFalse();
      assertThatThrownBy(waiting::join).isInstanceOf(CompletionException.class);
    }
  }

  @Test
  void figuresOfTheOthersGoOnWhileOneIsStopped() {
    home.set("sampling", "200ms");
    try (VmHost host = home.open()) {
      DomainRef stopped = DomainRef.of("stopped");
      QemuOf qemu = QemuOf.machine(directory, home.startIdle(host, "stopped"));
      home.startIdle(host, "healthy");
      QemuOf.awaitThat("both have figures", () -> told(host, stopped) && told(host, HEALTHY));
      qemu.freeze();
      QemuOf.awaitThat("it is stalled", () -> liveness(host, stopped) == Liveness.STALLED);
      MachineStats before = figures(host, stopped);
      MachineStats healthy = figures(host, HEALTHY);

      QemuOf.awaitThat(
          "figures of the other are newer",
          () -> takenAt(host, HEALTHY).isAfter(healthy.qemu().orElseThrow().takenAt()));
      QemuOf.awaitThat(
          "what the kernel tells goes on",
          () ->
              figures(host, stopped)
                  .process()
                  .orElseThrow()
                  .takenAt()
                  .isAfter(before.process().orElseThrow().takenAt()));

      assertThat(figures(host, stopped).qemu()).isEqualTo(before.qemu());
      assertThat(figures(host, stopped).liveness()).isEqualTo(Liveness.STALLED);
      assertThat(host.stats()).hasSize(2);
      assertThat(healthy.process().orElseThrow().vcpus()).isNotEmpty();
      assertThat(healthy.process().orElseThrow().residentBytes()).isPositive();
      qemu.thaw();
      QemuOf.awaitThat(
          "it tells again",
          () -> takenAt(host, stopped).isAfter(before.qemu().orElseThrow().takenAt()));
    }
  }

  private static boolean told(VmHost host, DomainRef domain) {
    MachineStats figures = figures(host, domain);
    return figures.qemu().isPresent()
        && figures.process().filter(process -> !process.vcpus().isEmpty()).isPresent();
  }

  private static Instant takenAt(VmHost host, DomainRef domain) {
    return figures(host, domain).qemu().orElseThrow().takenAt();
  }

  private static MachineStats figures(VmHost host, DomainRef domain) {
    return host.stats(domain).machine().orElseThrow();
  }

  private void assertEverythingElseWorks(VmHost host) {
    assertThat(state(host.resume(HEALTHY, CallOptions.none()))).isEqualTo(DomainState.RUNNING);
    assertThat(state(host.pause(HEALTHY, CallOptions.none()))).isEqualTo(DomainState.PAUSED);
    assertThat(state(host.destroy(HEALTHY, TestHome.PATIENCE, CallOptions.none())))
        .isEqualTo(DomainState.SHUTOFF);
    DomainSnapshot again = home.startIdle(host, "healthy");
    assertThat(again.status().state()).isEqualTo(DomainState.PAUSED);
  }

  private static DomainState state(VerbResult result) {
    return result.snapshot().status().state();
  }

  private static Liveness liveness(VmHost host, DomainRef domain) {
    return host.domain(domain).machine().orElseThrow().liveness();
  }
}
