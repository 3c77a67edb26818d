package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What serves a share, among processes whose command lines can be read and cannot. */
@ExtendWith(LeakCheck.class)
final class ShareWatchTest {
  private static final ServeShare SERVE =
      new ServeShare(
          "data",
          Path.of("/run/data.sock"),
          List.of("virtiofsd", "--socket-path=/run/data.sock"),
          Optional.empty());

  @TempDir Path proc;

  private final Queue<Runnable> later = new ArrayDeque<>();
  private final AtomicInteger told = new AtomicInteger();
  private final ProcessWatch processes = ProcessWatch.start();
  private Process server;
  private ProcessTable table;
  private ShareWatch watch;

  @BeforeEach
  void aServerWhoseCommandLineCannotBeRead() throws IOException {
    table = new ProcessTable(proc, Duration.ofSeconds(30));
    watch = new ShareWatch(table, processes, Runnable::run, later::add);
    server = new ProcessBuilder("sleep", "600").start();
    hasCommandLine("another", "program");
    Files.delete(commandLine());
    Files.createDirectory(commandLine());
  }

  @AfterEach
  void close() throws InterruptedException {
    server.destroyForcibly().waitFor();
    watch.stop();
    processes.close();
    watch.close();
    table.close();
  }

  @Test
  void aServerThatCannotBeToldIsNotTakenForGoneAndFollowedWhenItCan() throws Exception {
    watch.follow(SERVE, told::incrementAndGet);
    assertThat(told).hasValue(0);
    lookAgain();
    assertThat(told).hasValue(0);

    Files.delete(commandLine());
    hasCommandLine("virtiofsd", "--socket-path=/run/data.sock");
    lookAgain();
    assertThat(later).isEmpty();
    assertThat(told).hasValue(0);

    server.destroyForcibly().waitFor();
    LauncherFixture.await("its end is told", () -> told.get() == 1);
  }

  @Test
  void aServerIsGoneWhenAllThatCouldNotBeToldAreOthers() throws Exception {
    watch.follow(SERVE, told::incrementAndGet);

    Files.delete(commandLine());
    hasCommandLine("another", "program");
    lookAgain();

    assertThat(told).hasValue(1);
    assertThat(later).isEmpty();
  }

  @Test
  void aWatchThatWasStoppedLooksNoMore() {
    watch.follow(SERVE, told::incrementAndGet);

    watch.stop();
    lookAgain();

    assertThat(later).isEmpty();
    assertThat(told).hasValue(0);
  }

  private void lookAgain() {
    later.remove().run();
  }

  private void hasCommandLine(String... words) throws IOException {
    Files.createDirectories(commandLine().getParent());
    Files.writeString(commandLine(), String.join("\0", words) + "\0");
  }

  private Path commandLine() {
    return proc.resolve(server.pid() + "/cmdline");
  }
}
