package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.domain.EventTypes;
import dev.berth.error.HostFailureException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.StorageFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a host finds broken when it is opened while a machine runs. The machine never notices. */
final class HostFaultsTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final int DAEMONS = 4;

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
  void aReaderLearnsWhichEventsWentWithAStore() throws Exception {
    long newest;
    try (VmHost host = home.open()) {
      home.defineIdle(host, "vm");
      home.defineIdle(host, "other");
      newest = host.eventRange().newest();
    }
    Files.delete(database());

    try (VmHost host = home.open()) {
      List<DomainEvent> after = HostCrashes.eventsAfter(host, newest - 1);

      assertThat(after.get(0).body()).isInstanceOf(EventBody.EventsMissed.class);
      EventBody.EventsMissed missed = (EventBody.EventsMissed) after.get(0).body();
      assertThat(missed.from()).isEqualTo(newest);
      assertThat(after.get(1).sequence()).isEqualTo(missed.to() + 1).isGreaterThan(newest);
      assertThat(after).extracting(DomainEvent::type).contains(EventTypes.STORE_REBUILT);
    }
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
      home = TestHome.apartFromItsMachines(disk.resolve("home"), directory);
      long pid = runAndLeave();
      disk.makeReadOnly();

      assertThatThrownBy(home::open)
          .isInstanceOfAny(StorageFailureException.class, HostFailureException.class)
          .hasMessageContaining(home.directory().toString());

      disk.makeWritable();
      assertRunningAs(pid);
      home.clear();
    }
  }

  @Test
  void aStoreOfANewerBerthIsRefusedAndItsMachinesGoOn() throws Exception {
    long pid = runAndLeave();
    execute("INSERT INTO schema_history VALUES (999, 'V999__later.sql', 'x', CURRENT_TIMESTAMP)");
    byte[] newer = Files.readAllBytes(database());

    assertThatThrownBy(home::open)
        .isInstanceOf(StorageFailureException.class)
        .hasMessageContaining("schema version 999");

    assertThat(database()).hasBinaryContent(newer);
    execute("DELETE FROM schema_history WHERE version = 999");
    assertRunningAs(pid);
  }

  /** Whatever became of the file meanwhile: it is what the host acknowledged that counts. */
  @ParameterizedTest
  @ValueSource(strings = {"overwritten", "cut short", "removed"})
  void aStoreThatIsDamagedUnderItsHostLosesNothingThatWasAcknowledged(String how)
      throws IOException {
    List<String> acknowledged = new ArrayList<>();
    long pid;
    try (VmHost host = home.open()) {
      home.startIdle(host, "vm");
      pid = pid(host.resume(VM, CallOptions.none()).snapshot());
      damage(how);
      for (int i = 0; i < 20; i++) {
        try {
          home.defineIdle(host, "after-" + i);
          acknowledged.add("after-" + i);
        } catch (StorageFailureException | OutcomeUnknownException refused) {
          assertThat(refused).hasMessageContaining(directory.toString());
        }
      }
      assertThat(host.list()).extracting(domain -> domain.name().text()).containsAll(acknowledged);
    }

    assertRunningAs(pid);
    try (VmHost host = home.open()) {
      assertThat(host.list()).extracting(domain -> domain.name().text()).containsAll(acknowledged);
    }
  }

  private void damage(String how) throws IOException {
    switch (how) {
      case "overwritten" -> {
        try (RandomAccessFile file = new RandomAccessFile(database().toFile(), "rw")) {
          byte[] noise = new byte[(int) file.length()];
          Arrays.fill(noise, (byte) 0x5a);
          file.write(noise);
        }
      }
      case "cut short" -> {
        try (RandomAccessFile file = new RandomAccessFile(database().toFile(), "rw")) {
          file.setLength(file.length() / 2);
        }
      }
      case "removed" -> Files.delete(database());
      default -> throw new IllegalArgumentException(how);
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

  /** On the database, while no host has it open. */
  private void execute(String statement) throws SQLException {
    String url = "jdbc:h2:" + database().toString().replace(".mv.db", "");
    try (Connection connection = DriverManager.getConnection(url, "sa", "");
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  private Path database() {
    return directory.resolve("berth.mv.db");
  }

  private static long pid(DomainSnapshot domain) {
    return domain.machine().orElseThrow().pid().orElseThrow();
  }
}
