package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.machine.LaunchRecord;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A process whose command line the kernel holds up: here a pipe that nobody writes to. */
@ExtendWith(LeakCheck.class)
final class ProcessTableTest {
  /** Longer than a thread has to wait for its turn here. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  @TempDir Path proc;
  @TempDir Path home;
  private ProcessTable table;

  @BeforeEach
  void fill() throws IOException {
    table = new ProcessTable(proc, PATIENCE);
    Files.createDirectory(proc.resolve("1"));
    Files.writeString(proc.resolve("1/cmdline"), "qemu\0-S\0");
  }

  @AfterEach
  void close() {
    table.close();
  }

  @Test
  void aCommandLineIsSplitAndThatOfNobodyIsEmpty() {
    assertThat(table.commandLine(1)).contains(List.of("qemu", "-S"));
    assertThat(table.commandLine(2)).contains(List.of());
  }

  @Test
  void aTableThatIsClosedLeavesNoThreadAndReadsNoCommandLine() {
    assertThat(table.commandLine(1)).isPresent();
    assertThat(readers()).isOne();

    table.close();

    assertThat(table.commandLine(1)).isEmpty();
    LauncherFixture.await("its threads have ended", () -> readers() == 0);
  }

  @Test
  void aProcessThatHangsHoldsNobodyUpAndIsReadWhenItGoesOn() throws Exception {
    hang(4711);

    for (int i = 0; i < 100; i++) {
      assertThat(table.commandLine(4711)).isEmpty();
    }
    assertThat(table.commandLine(1)).isPresent();
    assertThat(readers()).as("the one that is held, and one more").isLessThanOrEqualTo(2);

    goOn(4711);
    LauncherFixture.await("it is read", () -> table.commandLine(4711).isPresent());
    assertThat(table.commandLine(4711)).contains(List.of("sh", "-c"));
  }

  @Test
  void manyProcessesThatHangMakeNoMoreThreads() throws Exception {
    table = new ProcessTable(proc, Duration.ofMillis(20));
    for (int pid = 100; pid < 120; pid++) {
      hang(pid);
      assertThat(table.commandLine(pid)).isEmpty();
    }

    assertThat(readers()).isEqualTo(16);

    for (int pid = 100; pid < 116; pid++) {
      goOn(pid);
    }
    LauncherFixture.await("others are read", () -> table.commandLine(1).isPresent());
  }

  /** Unknown whose it is: not to be signalled, and not to be taken for gone. */
  @Test
  void aProcessThatHangsCountsAsAliveWhenItWritesToTheLog() throws Exception {
    LaunchRecord launch = launch();
    long self = ProcessHandle.current().pid();
    hang(self);
    LaunchProcesses processes = new LaunchProcesses(launch, table);
    Path output = Files.createDirectory(proc.resolve(self + "/fd")).resolve("1");

    Files.createSymbolicLink(output, Path.of("/dev/null"));
    assertThat(processes.anyAlive()).isFalse();

    Files.delete(output);
    Files.createSymbolicLink(output, Path.of(launch.files().qemuLog() + " (deleted)"));
    assertThat(processes.anyAlive()).isTrue();
    goOn(self);
  }

  private LaunchRecord launch() {
    try (var host = LauncherFixture.in(home)) {
      return host.plan(Definitions.bare());
    }
  }

  private void hang(long pid) throws Exception {
    Path process = Files.createDirectory(proc.resolve(Long.toString(pid)));
    Process mkfifo = new ProcessBuilder("mkfifo", process.resolve("cmdline").toString()).start();
    assertThat(mkfifo.waitFor()).isZero();
  }

  /** Gives the one read that waits its end, and every later one a command line. */
  private void goOn(long pid) throws IOException {
    Path commandLine = proc.resolve(pid + "/cmdline");
    try (OutputStream pipe = Files.newOutputStream(commandLine)) {
      Files.delete(commandLine);
      Files.writeString(commandLine, "sh\0-c\0");
      pipe.flush();
    }
  }

  private static long readers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("berth-cmdline-"))
        .count();
  }
}
