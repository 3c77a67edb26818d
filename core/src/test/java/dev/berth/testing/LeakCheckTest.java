package dev.berth.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedSuccessfully;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;

@ExtendWith(LeakCheck.class)
final class LeakCheckTest {
  @TempDir Path directory;

  private Surroundings before;

  @BeforeEach
  void look() {
    before = Surroundings.of(Set.of(directory));
  }

  @Test
  void nothingIsFoundWhereNothingIsLeft() {
    assertThat(leaks()).isEmpty();
  }

  @Test
  void aChildIsFoundUntilItEnds() throws Exception {
    Process child = new ProcessBuilder("sleep", "1000").start();
    try {
      assertThat(leaks()).containsExactly("process " + child.pid() + ": sleep 1000");
    } finally {
      child.destroy();
    }
    assertThat(LeakCheck.awaitNone(before, Set.of(directory), Duration.ofSeconds(30))).isEmpty();
  }

  @Test
  void aProcessThatIsNoChildAnyMoreIsFoundByTheDirectoryItNames() throws Exception {
    Process parent =
        new ProcessBuilder("setsid", "--fork", "tail", "-f", "--", "/dev/null", directory + "/log")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    parent.waitFor();

    ProcessHandle orphan = awaitOrphan();
    try {
      assertThat(leaks()).singleElement().asString().endsWith(directory + "/log");
    } finally {
      orphan.destroy();
    }
  }

  @Test
  void anOpenFileIsFound() throws Exception {
    Path file = directory.resolve("disk");
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(leaks()).singleElement().asString().startsWith("open file " + file);
      Files.delete(file);
      assertThat(leaks()).singleElement().asString().contains("(deleted)");
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  void aBoundSocketIsFound() throws Exception {
    Path path = directory.resolve("qmp");
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      assertThat(leaks()).containsExactly("unix socket " + path);
    }
  }

  @Test
  void oneOfBerthsThreadsIsFound() throws Exception {
    var thread = new Thread(LockSupport::park, "berth-forgotten");
    thread.start();
    assertThat(leaks()).singleElement().asString().startsWith("thread berth-forgotten");

    LockSupport.unpark(thread);
    thread.join();
  }

  @Test
  void oneOfBerthsTemporaryFilesIsFound() throws Exception {
    Path file = Files.createTempFile("berth", ".leak");
    assertThat(leaks()).contains("temporary file " + file);

    Files.delete(file);
  }

  @Test
  void whatWasThereBeforeIsNoLeak() throws Exception {
    Path file = Files.createTempFile("berth", ".leak");
    look();
    assertThat(leaks()).doesNotContain("temporary file " + file);

    Files.delete(file);
  }

  @Test
  void aTestThatLeaksFailsAndNamesTheLeak() throws Exception {
    try {
      EngineTestKit.engine("junit-jupiter")
          .selectors(DiscoverySelectors.selectClass(LeakyCase.class))
          .execute()
          .testEvents()
          .assertThatEvents()
          .haveExactly(1, event(test("leaks"), finishedWithFailure(message(this::namesTheDisk))))
          .haveExactly(1, event(test("tidiesUp"), finishedSuccessfully()));
    } finally {
      for (FileChannel disk : LeakyCase.disks) {
        disk.close();
      }
    }
  }

  private boolean namesTheDisk(String message) {
    return message.startsWith("leaks() left behind:\n  open file ") && message.contains("/disk (");
  }

  /** Run by the test above only. */
  static final class LeakyCase {
    @RegisterExtension static final LeakCheck LEAKS = new LeakCheck(Duration.ZERO);
    private static final List<FileChannel> disks = new ArrayList<>();

    @TempDir Path directory;
    private FileChannel disk;

    @BeforeEach
    void open() throws IOException {
      Path file = directory.resolve("disk");
      disk = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      disks.add(disk);
    }

    @Test
    void leaks() {
      assertThat(disk.isOpen()).isTrue();
    }

    @Test
    void tidiesUp() throws IOException {
      disk.close();
    }
  }

  private List<String> leaks() {
    return Surroundings.of(Set.of(directory)).since(before);
  }

  private ProcessHandle awaitOrphan() {
    long start = System.nanoTime();
    while (System.nanoTime() - start < Duration.ofSeconds(30).toNanos()) {
      var found =
          ProcessHandle.allProcesses()
              .filter(process -> process.info().commandLine().orElse("").contains("" + directory))
              .filter(process -> process.info().command().orElse("").endsWith("tail"))
              .findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    throw new AssertionError("the orphan did not start");
  }
}
