package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.HostFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines that a new host process cannot take up at once or at all. They are shown with the reason
 * and left alone, and nothing that is not provably ours gets a signal.
 */
@ExtendWith(LeakCheck.class)
final class UnadoptableMachineTest {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final DomainRef OTHER = DomainRef.of("other");

  @TempDir private Path directory;
  private TestHome home;
  private DomainSnapshot machine;
  private QemuOf qemu;

  @BeforeEach
  void aMachineWithoutAHost() {
    home = new TestHome(directory);
    try (VmHost host = home.open()) {
      machine = home.startIdle(host, "vm");
    }
    qemu = QemuOf.machine(directory, machine);
  }

  @AfterEach
  void nothingIsLeftRunning() {
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
  }

  @Test
  void aPidThatBelongsToSomebodyElseByNowIsNotOurs() throws IOException {
    Process stranger = new ProcessBuilder("sleep", "600").start();
    try {
      Path pidFile = runDirectory().resolve("pid");
      qemu.kill();
      write(pidFile, stranger.pid());

      try (VmHost host = home.open()) {
        DomainSnapshot domain = host.await(VM, TestHome.OFF, TestHome.PATIENCE);
        assertThat(domain.status().reason()).isEqualTo(StateReason.CRASHED);
      }
      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void aPidfileThatNamesAStrangerGetsNobodyASignal() throws IOException {
    Process stranger = new ProcessBuilder("sleep", "600").start();
    try {
      Path pidFile = runDirectory().resolve("pid");
      write(pidFile, stranger.pid());

      try (VmHost host = home.open()) {
        assertUnadoptable(TestHome.settled(host, VM), Long.toString(stranger.pid()));
        assertThatThrownBy(() -> host.destroy(VM, TestHome.PATIENCE, CallOptions.none()))
            .isInstanceOf(HostFailureException.class)
            .hasMessageContainingAll("'vm'", "nothing was signalled");
        assertThat(stranger.isAlive()).isTrue();
        assertThat(qemu.isAlive()).isTrue();

        write(pidFile, qemu.pid());
        assertThat(destroyed(host).status().state()).isEqualTo(DomainState.SHUTOFF);
      }
      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void aMachineWithoutItsMonitorSocketGoesOnAndCanBeDestroyed() throws IOException {
    Files.delete(runDirectory().resolve("qmp"));

    try (VmHost host = home.open()) {
      assertUnadoptable(TestHome.settled(host, VM), runDirectory().resolve("qmp").toString());
      assertThat(qemu.isAlive()).isTrue();

      assertThat(destroyed(host).status().reason()).isEqualTo(StateReason.DESTROYED);
      assertThat(qemu.isAlive()).isFalse();
    }
  }

  @Test
  void aMachineWhoseRunDirectoryWasRemovedGoesOnAndCanBeDestroyed() throws IOException {
    Path there = runDirectory();
    TestHome.delete(there);

    try (VmHost host = home.open()) {
      assertUnadoptable(TestHome.settled(host, VM), there.resolve("qmp").toString());
      assertThat(qemu.isAlive()).isTrue();

      assertThat(destroyed(host).status().reason()).isEqualTo(StateReason.DESTROYED);
      assertThat(qemu.isAlive()).isFalse();
    }
  }

  @Test
  void aMachineThatLosesItsRunDirectoryUnderItsHostObeysOn() throws IOException {
    try (VmHost host = home.open()) {
      TestHome.settled(host, VM);
      TestHome.delete(runDirectory());

      assertThat(host.resume(VM, CallOptions.none()).snapshot().status().state())
          .isEqualTo(DomainState.RUNNING);
      assertThat(destroyed(host).status().reason()).isEqualTo(StateReason.DESTROYED);
      assertThat(qemu.isAlive()).isFalse();
      assertThat(host.start(VM, StartMode.PAUSED, CallOptions.none()).snapshot().status().state())
          .isEqualTo(DomainState.PAUSED);
    }
  }

  @Test
  void aMachineWhoseRunDirectoryIsOutOfReachIsLeftAlone() throws IOException {
    Path there = runDirectory();
    Path aside = Files.move(there, directory.resolve("aside"));

    try (VmHost host = home.open()) {
      assertUnadoptable(TestHome.settled(host, VM), "process");
      assertThat(qemu.isAlive()).isTrue();

      Files.move(aside, there);
      assertThat(destroyed(host).status().reason()).isEqualTo(StateReason.DESTROYED);
    }
  }

  @Test
  void aStoppedQemuDelaysNobodyAndIsAdoptedWhenItGoesOn() {
    DomainSnapshot other;
    try (VmHost host = home.open()) {
      other = home.startIdle(host, "other");
    }
    qemu.freeze();

    try (VmHost host = home.open()) {
      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.ADOPTING);
      assertThat(TestHome.settled(host, OTHER).machine().orElseThrow().incarnation())
          .isEqualTo(other.machine().orElseThrow().incarnation());
      assertThat(host.resume(OTHER, CallOptions.none()).snapshot().status().state())
          .isEqualTo(DomainState.RUNNING);
      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.ADOPTING);

      qemu.thaw();
      DomainSnapshot adopted = TestHome.settled(host, VM);
      assertThat(adopted.status().state()).isEqualTo(DomainState.PAUSED);
      assertThat(adopted.machine().orElseThrow().incarnation())
          .isEqualTo(machine.machine().orElseThrow().incarnation());
    }
  }

  @Test
  void aStoppedQemuCanBeDestroyedWhileItIsBeingAdopted() {
    qemu.freeze();

    try (VmHost host = home.open()) {
      assertThat(host.destroy(VM, TestHome.PATIENCE, CallOptions.none()).detail())
          .contains("killed at once");
      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.SHUTOFF);
    }
    assertThat(qemu.isAlive()).isFalse();
  }

  private static void assertUnadoptable(DomainSnapshot domain, String reason) {
    assertThat(domain.status().state()).isEqualTo(DomainState.NOSTATE);
    assertThat(domain.status().reason()).isEqualTo(StateReason.UNADOPTABLE);
    assertThat(domain.status().detail().orElse("")).contains(reason);
  }

  private static DomainSnapshot destroyed(VmHost host) {
    return host.destroy(VM, TestHome.PATIENCE, CallOptions.none()).snapshot();
  }

  /** The machine's own, below the domain's. */
  private Path runDirectory() throws IOException {
    String incarnation = machine.machine().orElseThrow().incarnation();
    try (Stream<Path> all = Files.walk(HomeLayout.under(directory).runDirectory(), 2)) {
      return all.filter(path -> path.endsWith(incarnation)).findFirst().orElseThrow();
    }
  }

  /** Keeps the file, and so the lock that QEMU has on it. */
  private static void write(Path pidFile, long pid) throws IOException {
    Files.writeString(
        pidFile, pid + "\n", StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
  }
}
