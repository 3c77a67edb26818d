package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.DomainState;
import dev.berth.error.BusyException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.StorageCopy;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import dev.berth.tls.TestAuthority;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real machines that take their images along over TCP, encrypted as their state is. */
@Timeout(300)
final class NetworkStorageMigrationTest extends HomeFixture {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  /** No other test's ports are at these addresses. */
  private static final String HERE = "127.0.0.10";

  private static final String THERE = "127.0.0.11";

  private static final int STREAM_PORT = 49_152;
  private static final int STORAGE_PORT = 49_153;

  /** Of each image, so that it is copied for some time. */
  private static final long SLOW = 4 << 20;

  /** What is all over one of the disks. */
  private static final String MARK = "on the disk of a guest, and nobody else's to read\n";

  private static final String NBD_BY_HAND =
      "{\"addr\": {\"type\": \"inet\", \"data\": {\"host\": \"127.0.0.11\", \"port\": \"0\"}}}";

  private TestHome otherHome;
  private Path otherDirectory;
  private Path images;
  private TlsHome there;

  @BeforeEach
  void twoHosts() throws IOException {
    otherDirectory = Files.createDirectory(directory.resolve("b"));
    images = Files.createDirectory(directory.resolve("there"));
    otherHome = new TestHome(otherDirectory);
    TlsHome.of(home, AUTHORITY, "host-a", HERE, "host-b");
    there = TlsHome.of(otherHome, AUTHORITY, "host-b", THERE, "host-a");
    otherHome.set("migration-ports", STREAM_PORT + "-" + STORAGE_PORT);
    Files.write(directory.resolve("data.raw"), new byte[(int) GuestJournal.diskBytes()]);
    Files.writeString(
        directory.resolve("marked.raw"),
        MARK.repeat((8 << 20) / MARK.length() + 1).substring(0, 8 << 20));
  }

  @AfterEach
  void nothingIsLeftThere() {
    otherHome.clear();
    assertThat(otherHome.runDirectories()).isEmpty();
  }

  @Tag("once")
  @Test
  void aGuestTakesItsImagesAlongAndNothingIsLeftOfTheWay() throws Exception {
    try (VmHost a = home.open();
        VmHost b = otherHome.open();
        GuestJournal journal = start(a)) {
      journal.awaitMore(3);
      Job ended = ended(a, migrate(a, request(Optional.empty())));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      eventually(() -> assertThat(a.list()).isEmpty());
      journal.goOnWith(new FileInputStream(logFile(otherHome, b).toFile()));
      journal.awaitMore(3);
      assertThat(objects(b)).doesNotContain("berth-stream");
      assertThat(keys()).isEmpty();
      assertPortsAreFree();
      b.pause(VM, PATIENT);
      journal.assertWrites(images.resolve("data.raw"));
      assertThat(Files.mismatch(directory.resolve("marked.raw"), images.resolve("marked.raw")))
          .isEqualTo(-1);
    }
  }

  @Tag("once")
  @Test
  void nobodyButTheSourceReachesTheImagesThatCome() throws Exception {
    try (VmHost a = home.open();
        VmHost b = otherHome.open();
        GuestJournal journal = start(a)) {
      journal.awaitMore(3);
      Job job = copying(a);
      Path key = keys().get(0);
      assertThat(keys()).as("the sender has it in memory").containsExactly(key);
      assertThat(key).startsWith(otherDirectory);

      NbdVisitor visitor = new NbdVisitor(THERE, STORAGE_PORT);
      assertThat(visitor.look("marked", Optional.of(key.getParent())))
          .as("who has the key")
          .contains("8 MiB");
      assertThat(visitor.look("marked", Optional.empty())).contains("TLS");
      assertThat(visitor.look("marked", Optional.of(anotherKey())))
          .contains("TLS handshake failed");
      assertThatExceptionOfType(BusyException.class)
          .isThrownBy(() -> qmp(b, "nbd-server-start", NBD_BY_HAND));

      a.cancelJob(job.id());
      assertThat(ended(a, job).status().state()).isEqualTo(JobState.CANCELLED);
      eventually(() -> assertThat(b.list()).isEmpty());
      assertThat(images).isEmptyDirectory();
      assertThat(keys()).isEmpty();
      assertThat(objects(a)).doesNotContain("berth-stream");
      assertPortsAreFree();
      journal.awaitMore(3);
      assertThat(ended(a, migrate(a, request(Optional.empty()))).status().phase())
          .isEqualTo("complete");
    }
  }

  @Tag("full")
  @Test
  void whatIsOnItsDisksIsNotReadOnTheWay() throws Exception {
    assumeTrue(WireTap.isPossible(), "only root reads along");
    try (WireTap tap = WireTap.forWords("NBDMAGIC", MARK);
        VmHost a = home.open();
        VmHost b = otherHome.open();
        GuestJournal journal = start(a)) {
      journal.awaitMore(3);
      Job ended = ended(a, migrate(a, request(Optional.empty())));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      assertThat(tap.read()).containsExactly("NBDMAGIC");
      journal.goOnWith(new FileInputStream(logFile(otherHome, b).toFile()));
    }
  }

  @Tag("full")
  @Test
  void hostsThatAreClosedWhileImagesAreCopiedLoseNothing() throws Exception {
    try (VmHost a = home.open();
        VmHost b = otherHome.open();
        GuestJournal journal = start(a)) {
      journal.awaitMore(3);
      copying(a);
      assertThat(b.jobs()).hasSize(1);
    }
    try (VmHost b = otherHome.open();
        VmHost a = home.open()) {
      b.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
      eventually(() -> assertThat(a.list()).isEmpty());
      eventually(() -> assertThat(objects(b)).doesNotContain("berth-stream"));
      assertThat(keys()).isEmpty();
      assertPortsAreFree();
      assertThat(QemuOf.pids(directory)).hasSize(1);
    }
  }

  @Test
  void aTargetWithTooFewPortsSaysSoBeforeAnythingHasHappened() throws Exception {
    try (VmHost a = home.open();
        VmHost b = otherHome.open();
        ServerSocket taken = new ServerSocket(STREAM_PORT, 1, InetAddress.getByName(THERE));
        GuestJournal journal = start(a)) {
      assertThat(taken.isBound()).isTrue();

      assertThatExceptionOfType(UnsupportedException.class)
          .isThrownBy(() -> migrate(a, request(Optional.empty())))
          .withMessageContaining("too few of its ports 49152 to 49153")
          .withMessageContaining("'migration-ports'");

      assertThat(a.jobs()).isEmpty();
      assertThat(b.list()).isEmpty();
      journal.awaitMore(1);
    }
  }

  // ---- short ways

  private GuestJournal start(VmHost host) throws IOException {
    home.defineGuestWith(
        host,
        "vm",
        "memory: 128MiB\ndisks:\n"
            + "  - {name: data, file: data.raw, format: raw}\n"
            + "  - {name: marked, file: marked.raw, format: raw}",
        TestGuest.running(GuestJournal.COMMANDS));
    host.start(VM, StartMode.RUNNING, PATIENT);
    return GuestJournal.of(logFile(home, host), 0);
  }

  private static Path logFile(TestHome home, VmHost host) {
    Path logs = home.settings().layout().logDirectory();
    return logs.resolve(host.domain(VM).uuid().toString()).resolve("console.log");
  }

  private MigrationRequest request(Optional<Long> bytesPerSecond) {
    return new MigrationRequest(
            there.uri(),
            bytesPerSecond,
            bytesPerSecond.map(slow -> Duration.ofSeconds(10)), // the guest writes as fast as that
            Convergence.LEFT_TO_GUEST)
        .with(StorageCopy.into(images));
  }

  private static Job migrate(VmHost host, MigrationRequest request) {
    return host.migrations().migrate(VM, request, JobOptions.none(), PATIENT);
  }

  private Job copying(VmHost host) {
    Job job = migrate(host, request(Optional.of(SLOW)));
    eventually(
        () -> {
          Job now = host.job(job.id());
          assertThat(now.status().phase()).as("%s", now).isEqualTo("copying-storage");
          assertThat(now.status().progress()).isPresent();
        });
    return job;
  }

  private static Job ended(VmHost host, Job job) {
    return host.awaitJob(job.id(), TestHome.PATIENCE);
  }

  private Path anotherKey() throws IOException {
    Path made = Files.createDirectory(directory.resolve("another"));
    Files.writeString(made.resolve("keys.psk"), "berth:" + "07".repeat(32) + "\n");
    return made;
  }

  private static void assertPortsAreFree() throws IOException {
    for (int port = STREAM_PORT; port <= STORAGE_PORT; port++) {
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getByName(THERE))) {
        assertThat(free.isBound()).as("port %s", port).isTrue();
      }
    }
  }

  private static List<String> objects(VmHost host) throws IOException {
    JsonNode objects = Json.read(qmp(host, "qom-list", "{\"path\": \"/objects\"}"));
    return objects.findValuesAsText("name");
  }

  private static String qmp(VmHost host, String command, String arguments) {
    return host.qmp(VM, QmpRequest.of(command, arguments), PATIENT);
  }

  /** The files with keys that any machine of both has. */
  private List<Path> keys() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(
              file -> file.endsWith("keys.psk") && !file.startsWith(directory.resolve("another")))
          .toList();
    }
  }
}
