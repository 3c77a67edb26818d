package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.StartMode;
import dev.berth.host.StorageCopy;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.job.MigrationResult;
import dev.berth.testing.TestGuest;
import dev.berth.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Domains that are shut off and take their images along over TCP, encrypted by a key. */
@Timeout(300)
final class NetworkOfflineMigrationTest extends HomeFixture {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  /** No other test's ports are at these addresses. */
  private static final String HERE = "127.0.0.15";

  private static final String THERE = "127.0.0.16";
  private static final int FIRST_PORT = 49_152;
  private static final int LAST_PORT = 49_153;

  /** Slow enough that what is done meanwhile is done meanwhile. */
  private static final long SLOW = 1 << 20;

  /** What is all over one of the disks. */
  private static final String MARK = "on a disk without a guest, and nobody else's to read\n";

  private TestHome otherHome;
  private Path otherDirectory;
  private Path images;
  private TlsHome there;

  @BeforeEach
  void twoHosts() throws Exception {
    otherDirectory = Files.createDirectory(directory.resolve("b"));
    images = Files.createDirectory(directory.resolve("there"));
    otherHome = new TestHome(otherDirectory);
    TlsHome.of(home, AUTHORITY, "host-a", HERE, "host-b");
    there = TlsHome.of(otherHome, AUTHORITY, "host-b", THERE, "host-a");
    otherHome.set("migration-ports", FIRST_PORT + "-" + LAST_PORT);
    Files.writeString(
        directory.resolve("marked.raw"),
        MARK.repeat((8 << 20) / MARK.length() + 1).substring(0, 8 << 20));
    run("qemu-img", "create", "-q", "-f", "qcow2", here("vda.qcow2"), "16M");
    run("qemu-io", "-f", "qcow2", "-c", "write -P 7 1M 3M", here("vda.qcow2"));
    run("qemu-img", "create", "-q", "-f", "qcow2", here("base.qcow2"), "4M");
    run("qemu-io", "-f", "qcow2", "-c", "write -P 8 1M 1M", here("base.qcow2"));
    String base = here("base.qcow2");
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, here("top.qcow2"));
    run("qemu-io", "-f", "qcow2", "-c", "write -P 9 64k 64k", here("top.qcow2"));
  }

  @AfterEach
  void nothingIsLeftThere() {
    otherHome.clear();
    assertThat(otherHome.runDirectories()).isEmpty();
  }

  @Tag("once")
  @Test
  void itsImagesAreTheSameThereAndNothingIsLeftOfTheWay() throws Exception {
    try (VmHost a = home.open();
        VmHost b = otherHome.open()) {
      define(a);
      Job ended = ended(a, migrate(a, request(Optional.empty())));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      eventually(() -> assertThat(a.list()).isEmpty());
      assertImagesAreTheSame();
      assertThat(MigrationResult.of(ended).orElseThrow().bytes())
          .as("what is in them, and little more")
          .hasValueSatisfying(bytes -> assertThat(bytes).isBetween(12L << 20, 14L << 20));
      assertThat(QemuOf.pids(directory)).isEmpty();
      assertThat(keys()).isEmpty();
      assertPortsAreFree();
      b.start(VM, StartMode.PAUSED, PATIENT);
      b.destroy(VM, TestHome.GRACE, PATIENT);
    }
    for (String image : List.of("vda.qcow2", "top.qcow2")) {
      run("qemu-img", "check", "-q", "-f", "qcow2", images.resolve(image).toString());
    }
  }

  @Tag("once")
  @Test
  void nobodyButTheSourceReachesTheImagesThatCome() throws Exception {
    try (VmHost a = home.open();
        VmHost b = otherHome.open()) {
      define(a);
      Job job = copying(a);
      Path key = keys().get(0);
      assertThat(keys()).as("the sender has it in memory").containsExactly(key);
      assertThat(key).startsWith(otherDirectory);

      NbdVisitor visitor = new NbdVisitor(THERE, FIRST_PORT);
      assertThat(visitor.look("marked", Optional.of(key.getParent())))
          .as("who has the key")
          .contains("8 MiB");
      assertThat(visitor.look("marked", Optional.empty())).contains("TLS");
      assertThat(visitor.look("marked", Optional.of(anotherKey())))
          .contains("TLS handshake failed");

      a.cancelJob(job.id());
      assertThat(ended(a, job).status().state()).isEqualTo(JobState.CANCELLED);
      assertStays(b);
      assertThat(ended(a, migrate(a, request(Optional.empty()))).status().phase())
          .isEqualTo("complete");
      assertImagesAreTheSame();
    }
  }

  @Tag("full")
  @Test
  void whatIsOnItsDisksIsNotReadOnTheWay() throws Exception {
    assumeTrue(WireTap.isPossible(), "only root reads along");
    try (WireTap tap = WireTap.forWords("NBDMAGIC", MARK);
        VmHost a = home.open();
        VmHost b = otherHome.open()) {
      define(a);
      Job ended = ended(a, migrate(a, request(Optional.empty())));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      assertThat(tap.read()).containsExactly("NBDMAGIC");
      assertThat(b.list()).hasSize(1);
    }
  }

  @Test
  void aPortThatSomebodyHasIsPassedByAndWithoutAnyItIsSaidBefore() throws Exception {
    try (VmHost a = home.open();
        VmHost b = otherHome.open();
        ServerSocket taken = listen(FIRST_PORT)) {
      define(a);
      try (ServerSocket other = listen(LAST_PORT)) {
        assertThat(other.isBound()).isTrue();
        assertThatExceptionOfType(UnsupportedException.class)
            .isThrownBy(() -> migrate(a, request(Optional.empty())))
            .withMessageContaining("too few of its ports 49152 to 49153")
            .withMessageContaining("'migration-ports'");
        assertThat(a.migrations().obstacles(VM, request(Optional.empty()), PATIENT)).hasSize(1);
      }
      assertThat(a.jobs()).isEmpty();
      assertThat(b.list()).isEmpty();

      assertThat(taken.isBound()).isTrue();
      assertThat(ended(a, migrate(a, request(Optional.empty()))).status().phase())
          .isEqualTo("complete");
    }
  }

  // ---- short ways

  private String here(String image) {
    return directory.resolve(image).toString();
  }

  private void define(VmHost host) {
    home.defineGuestWith(
        host,
        "vm",
        "memory: 128MiB\ndisks:\n"
            + "- {name: vda, file: vda.qcow2, format: qcow2}\n"
            + "- {name: marked, file: marked.raw, format: raw}\n"
            + "- {name: top, file: top.qcow2, format: qcow2, backing: follow}",
        TestGuest.running("heartbeat"));
  }

  private MigrationRequest request(Optional<Long> bytesPerSecond) {
    return new MigrationRequest(
            there.uri(), bytesPerSecond, Optional.empty(), Convergence.LEFT_TO_GUEST)
        .with(StorageCopy.into(images));
  }

  private static Job migrate(VmHost host, MigrationRequest request) {
    return host.migrations().migrateOffline(VM, request, JobOptions.none(), PATIENT);
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

  private void assertImagesAreTheSame() throws Exception {
    assertThat(images.toFile().list())
        .containsExactlyInAnyOrder("vda.qcow2", "marked.raw", "top.qcow2");
    for (String image : List.of("vda.qcow2", "marked.raw")) {
      assertThat(Files.mismatch(directory.resolve(image), images.resolve(image)))
          .as(image)
          .isEqualTo(-1);
    }
    run("qemu-img", "compare", "-q", here("top.qcow2"), images.resolve("top.qcow2").toString());
  }

  private void assertStays(VmHost target) throws IOException {
    eventually(() -> assertThat(target.list()).isEmpty());
    eventually(() -> assertThat(QemuOf.pids(directory)).isEmpty());
    assertThat(images).isEmptyDirectory();
    assertThat(keys()).isEmpty();
    assertPortsAreFree();
  }

  private Path anotherKey() throws IOException {
    Path made = Files.createDirectory(directory.resolve("another"));
    Files.writeString(made.resolve("keys.psk"), "berth:" + "07".repeat(32) + "\n");
    return made;
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getByName(THERE));
  }

  private static void assertPortsAreFree() throws IOException {
    for (int port = FIRST_PORT; port <= LAST_PORT; port++) {
      try (ServerSocket free = listen(port)) {
        assertThat(free.isBound()).as("port %s", port).isTrue();
      }
    }
  }

  /** The files with keys that any QEMU of both has. */
  private List<Path> keys() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(
              file -> file.endsWith("keys.psk") && !file.startsWith(directory.resolve("another")))
          .toList();
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
  }
}
