package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.error.HostFailureException;
import dev.berth.error.StorageFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a host finds broken when it is opened while a machine runs. The machine never notices. */
@ExtendWith(LeakCheck.class)
final class HostFaultsTest {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final int DAEMONS = 4;

  @TempDir private Path directory;
  private TestHome home;

  @BeforeEach
  void aHome() {
    home = new TestHome(directory);
  }

  @AfterEach
  void nothingIsLeftRunning() {
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
  }

  @Test
  void aMachineIsAdoptedWithAStoreThatWasOverwritten() throws IOException {
    long pid = runAndLeave();
    byte[] noise = new byte[64 * 1024];
    Arrays.fill(noise, (byte) 0x5a);
    Files.write(database(), noise);

    assertRunningAs(pid);
  }

  @Test
  void aMachineIsAdoptedWithAStoreThatWasCutShort() throws IOException {
    long pid = runAndLeave();
    try (RandomAccessFile file = new RandomAccessFile(database().toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }

    assertRunningAs(pid);
  }

  @Test
  void aMachineIsAdoptedWithAStoreThatIsGone() throws IOException {
    long pid = runAndLeave();
    Files.delete(database());

    assertRunningAs(pid);
  }

  @Test
  void settingsThatCannotBeReadAreNamedAndNothingIsTouched() throws IOException {
    long pid = runAndLeave();
    Path settings = Files.createDirectory(directory.resolve("berth.yaml"));

    assertThatThrownBy(() -> home.open())
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining(settings.toString());

    Files.delete(settings);
    assertRunningAs(pid);
  }

  @Test
  void aReadOnlyDiskUnderTheStoreIsToldAndNothingIsTouched() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"))) {
      TestHome there = new TestHome(disk.resolve("home"));
      long pid;
      try (VmHost host = there.open()) {
        pid = pid(there.startIdle(host, "vm"));
      }
      // QEMU has its log open for writing, and so no remount before it has ended.
      there.clear();
      disk.makeReadOnly();

      assertThatThrownBy(there::open)
          .isInstanceOfAny(StorageFailureException.class, HostFailureException.class)
          .hasMessageContaining(there.directory().toString());

      disk.makeWritable();
      try (VmHost host = there.open()) {
        assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.SHUTOFF);
        assertThat(ProcessHandle.of(pid)).isEmpty();
      }
    }
  }

  @Test
  void ofDaemonsThatRaceOneServesAndTheOthersSayWhoDoes() throws Exception {
    List<HostProcess> daemons = new ArrayList<>();
    try {
      for (int i = 0; i < DAEMONS; i++) {
        daemons.add(HostProcess.start(TestDaemon.class, directory));
      }
      List<String> words = new ArrayList<>();
      for (HostProcess daemon : daemons) {
        words.add(wordOf(daemon));
      }

      assertThat(words).filteredOn(TestDaemon.SERVES::equals).hasSize(1);
      assertThat(words)
          .filteredOn(word -> word.startsWith(TestDaemon.REFUSED))
          .hasSize(DAEMONS - 1)
          .allSatisfy(word -> assertThat(word).contains("busy", directory.toString()));
      try (VmHost host = VmHost.connect(URI.create("unix:" + directory.resolve("control.sock")))) {
        assertThat(host.list()).isEmpty();
      }
    } finally {
      for (HostProcess daemon : daemons) {
        daemon.close();
        daemon.awaitEnd();
      }
    }
  }

  /** The first word about itself, past what it logs. */
  private static String wordOf(HostProcess daemon) {
    for (Optional<String> line = daemon.line(); line.isPresent(); line = daemon.line()) {
      if (line.get().equals(TestDaemon.SERVES) || line.get().startsWith(TestDaemon.REFUSED)) {
        return line.get();
      }
    }
    throw new AssertionError("a daemon ended without a word");
  }

  private long runAndLeave() {
    try (VmHost host = home.open()) {
      home.startIdle(host, "vm");
      return pid(host.resume(VM, CallOptions.none()).snapshot());
    }
  }

  private void assertRunningAs(long pid) {
    try (VmHost host = home.open()) {
      DomainSnapshot found = TestHome.settled(host, VM);
      assertThat(found.status().state()).isEqualTo(DomainState.RUNNING);
      assertThat(pid(found)).isEqualTo(pid);
    }
  }

  private Path database() {
    return directory.resolve("berth.mv.db");
  }

  private static long pid(DomainSnapshot domain) {
    return domain.machine().orElseThrow().pid().orElseThrow();
  }
}
