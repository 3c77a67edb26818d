package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.launcher.Pidfd.Signal;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.QemuProcess.Condition;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Ends of processes that do not go by the book. */
@ExtendWith(LeakCheck.class)
final class RunningQemuTest {
  @TempDir Path home;
  private ProcessWatch watch;
  private Process qemu;
  private Process shell;

  @BeforeEach
  void start() throws IOException {
    watch = ProcessWatch.start();
    qemu = new ProcessBuilder("sleep", "1000").start();
    shell = new ProcessBuilder("sleep", "1000").start();
  }

  @AfterEach
  void end() throws InterruptedException {
    watch.close();
    qemu.destroyForcibly().waitFor();
    shell.destroyForcibly().waitFor();
  }

  /** As when the kernel has no memory for one more watch: here it is watched already. */
  @Test
  void aShellThatCannotBeWatchedCostsTheExitCodeOnly() throws Exception {
    Pidfd above = Pidfd.open(shell.pid()).orElseThrow();
    watch.onEnd(above, () -> {});
    RunningQemu running =
        RunningQemu.of(
            Pidfd.open(qemu.pid()).orElseThrow(),
            Optional.of(above),
            launch(),
            new ProcessTable(),
            watch,
            ForkJoinPool.commonPool());

    running.kill();

    assertThat(running.exit().get(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(ProcessExit.UNKNOWN);
    assertThat(running.condition()).isEqualTo(Condition.GONE);
  }

  @Test
  void aProcessThatIsClosedWhileItIsWatchedIsReportedWhenItsTimeIsUp() throws Exception {
    CountDownLatch reported = new CountDownLatch(1);
    Pidfd process = Pidfd.open(qemu.pid()).orElseThrow();
    watch.onEnd(process, Duration.ofMillis(50), reported::countDown);

    process.close();

    assertThat(reported.await(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    try (Pidfd other = Pidfd.open(shell.pid()).orElseThrow()) {
      CountDownLatch next = new CountDownLatch(1);
      watch.onEnd(other, next::countDown);
      other.signal(Signal.SIGKILL);
      assertThat(next.await(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  private LaunchRecord launch() {
    try (var host = LauncherFixture.in(home)) {
      return host.plan(Definitions.bare());
    }
  }
}
