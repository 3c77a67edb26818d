package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.AccessDeniedException;
import dev.berth.error.BerthException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import dev.berth.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real machines that change hosts over TCP: the hosts talk by TLS, and so do their QEMUs. */
@Tag("once")
@Timeout(300)
final class NetworkMigrationTest extends HomeFixture {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");
  private static final TestAuthority STRANGER = TestAuthority.create("CN=Stranger");
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);
  private static final long SLOW = 4 << 20;
  private static final MigrationPace AT_ONCE =
      new MigrationPace(Optional.of(1L << 30), Optional.empty());

  /** No other test's ports are at these addresses. */
  private static final String HERE = "127.0.0.6";

  private static final String THERE = "127.0.0.7";

  private TestHome otherHome;
  private Path otherDirectory;
  private TlsHome here;
  private TlsHome there;

  @BeforeEach
  void twoHosts() throws IOException {
    otherDirectory = Files.createDirectory(directory.resolve("b"));
    otherHome = new TestHome(otherDirectory);
    here = TlsHome.of(home, AUTHORITY, "host-a", HERE, "host-b");
    there = TlsHome.of(otherHome, AUTHORITY, "host-b", THERE, "host-a");
  }

  @AfterEach
  void nothingIsLeftThere() {
    otherHome.clear();
    assertThat(otherHome.runDirectories()).isEmpty();
  }

  @Test
  void aGuestGoesOnAtAHostElsewhereAndComesBack() throws Exception {
    try (VmHost a = home.open();
        VmHost b = otherHome.open()) {
      start(a);
      Job job = sending(a);
      assertThat(keys()).as("the sender has it in memory").hasSize(1).allMatch(this::isThere);
      a.migrations().setPace(VM, AT_ONCE, PATIENT);

      Job ended = ended(a, job);

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      eventually(() -> assertThat(a.list()).isEmpty());
      assertThat(b.domain(VM).status().reason()).isEqualTo(StateReason.MIGRATED);
      assertThat(b.job(job.id()).origin().actor()).isEqualTo("cert:CN=host-a");
      assertNothingIsLeftOfTheStream(b);

      Job returned = ended(b, migrate(b, MigrationRequest.to(here.uri())));
      assertThat(returned.status().phase()).as("%s", returned).isEqualTo("complete");
      assertNothingIsLeftOfTheStream(a);
      awaitBeats(a);
      a.destroy(VM, TestHome.GRACE, PATIENT);
    }
  }

  @Test
  void aGuestWhoseMigrationIsCancelledCanBeSavedAndMigratedAgain() throws Exception {
    try (VmHost a = home.open();
        VmHost b = otherHome.open()) {
      start(a);
      Job job = sending(a);

      a.cancelJob(job.id());

      assertThat(ended(a, job).status().state()).isEqualTo(JobState.CANCELLED);
      assertNothingIsLeftOfTheStream(a);
      eventually(() -> assertThat(b.list()).isEmpty());
      Job again = ended(a, migrate(a, MigrationRequest.to(there.uri())));
      assertThat(again.status().phase()).as("%s", again).isEqualTo("complete");
      Job saved = b.saves().save(VM, directory.resolve("vm.save"), JobOptions.none(), PATIENT);
      assertThat(ended(b, saved).status().state()).isEqualTo(JobState.SUCCEEDED);
    }
  }

  @Tag("full")
  @Test
  void hostsThatAreClosedMeanwhileLoseNothing() throws Exception {
    Job job;
    try (VmHost a = home.open();
        VmHost b = otherHome.open()) {
      start(a);
      job = sending(a);
      assertThat(b.jobs()).hasSize(1);
    }
    try (VmHost b = otherHome.open();
        VmHost a = home.open()) {
      b.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
      eventually(() -> assertThat(a.list()).isEmpty());
      assertThat(b.job(job.id()).status().phase()).isEqualTo("complete");
      assertNothingIsLeftOfTheStream(b);
      assertThat(QemuOf.pids(directory)).hasSize(1);
    }
  }

  @Test
  void aHostThatIsNoneOfTheSameTrustIsRefusedByName() throws Exception {
    AUTHORITY.issue("CN=host-c").at(InetAddress.getByName(HERE)).into(directory.resolve("tls"));
    otherHome.set("tls-access", "CN=host-c");
    try (VmHost a = home.open();
        VmHost b = otherHome.open()) {
      home.runWithoutGuest(a, "vm", Files.write(directory.resolve("data.raw"), new byte[1 << 20]));

      assertRefused(a, AccessDeniedException.class, "The certificate 'CN=host-c'", "'tls-hosts'");
      assertThat(b.list()).isEmpty();
    }
  }

  @Test
  void whatKeepsHostsFromTalkingIsSaidBeforeAnythingHasHappened() throws Exception {
    try (VmHost a = home.open();
        ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName(THERE))) {
      start(a);
      URI mute = URI.create("tls://" + THERE + ":" + silent.getLocalPort());
      CompletableFuture<Void> unheard = // which takes its time
          CompletableFuture.runAsync(
              () -> assertRefused(a, mute, HostUnreachableException.class, "said nothing of TLS"));
      assertRefused(a, HostUnreachableException.class, there.uri().toString(), "nobody listens");
      assertRefused(
          a,
          URI.create("tls://nowhere.invalid"),
          HostUnreachableException.class,
          "no host of that");
      STRANGER
          .issue("CN=host-b")
          .at(InetAddress.getByName(THERE))
          .into(otherDirectory.resolve("tls"));
      try (VmHost b = otherHome.open()) {
        assertRefused(a, HostUnreachableException.class, "signed by no authority");
        assertThat(b.list()).isEmpty();
      }
      AUTHORITY
          .issue("CN=host-b")
          .at(InetAddress.getByName(THERE))
          .valid(Instant.parse("2020-01-01T00:00:00Z"), Instant.parse("2021-01-01T00:00:00Z"))
          .into(otherDirectory.resolve("tls"));
      try (VmHost b = otherHome.open()) {
        assertRefused(a, HostUnreachableException.class, "expired on 2021-01-01");
        assertThat(b.list()).isEmpty();
      }
      assertThat(unheard).succeedsWithin(TestHome.PATIENCE);
      assertThat(a.jobs()).isEmpty();
      awaitBeats(a);
    }
  }

  @Test
  void aTargetWhosePortsAreAllTakenSaysSo() throws Exception {
    otherHome.set("migration-ports", "49300-49301");
    List<ServerSocket> taken = new ArrayList<>();
    try (VmHost a = home.open();
        VmHost b = otherHome.open()) {
      for (int port = 49_300; port <= 49_301; port++) {
        taken.add(new ServerSocket(port, 1, InetAddress.getByName(THERE)));
      }
      start(a);

      assertRefused(a, UnsupportedException.class, "49300 to 49301", "'migration-ports'");
      assertThat(b.list()).isEmpty();
      awaitBeats(a);
      taken.remove(1).close();
      Job again = ended(a, migrate(a, MigrationRequest.to(there.uri())));
      assertThat(again.status().phase()).as("%s", again).isEqualTo("complete");
      b.destroy(VM, TestHome.GRACE, PATIENT);
    } finally {
      for (ServerSocket each : taken) {
        each.close();
      }
    }
  }

  // ---- short ways

  private void start(VmHost host) throws IOException {
    Files.write(directory.resolve("data.raw"), new byte[1 << 20]);
    home.defineGuestWith(
        host,
        "vm",
        "memory: 128MiB\ndisks:\n  - {name: data, file: data.raw, format: raw}",
        TestGuest.running("heartbeat"));
    host.start(VM, StartMode.RUNNING, PATIENT);
    ConsoleLog.of(host, VM).await(TestGuest.HEARTBEAT, TestHome.PATIENCE);
  }

  private static Job migrate(VmHost host, MigrationRequest request) {
    return host.migrations().migrate(VM, request, JobOptions.none(), PATIENT);
  }

  /** One that is under way for some time. */
  private Job sending(VmHost host) {
    Job job =
        migrate(
            host,
            new MigrationRequest(
                there.uri(), Optional.of(SLOW), Optional.empty(), Convergence.LEFT_TO_GUEST));
    eventually(
        () -> {
          Job now = host.job(job.id());
          assertThat(now.status().phase()).as("%s", now).isEqualTo("transferring");
          assertThat(now.status().progress()).isPresent();
        });
    return job;
  }

  private static Job ended(VmHost host, Job job) {
    return host.awaitJob(job.id(), TestHome.PATIENCE);
  }

  private <E extends BerthException> void assertRefused(
      VmHost host, Class<E> error, String... words) {
    assertRefused(host, there.uri(), error, words);
  }

  private <E extends BerthException> void assertRefused(
      VmHost host, URI target, Class<E> error, String... words) {
    assertThatExceptionOfType(error)
        .isThrownBy(() -> migrate(host, MigrationRequest.to(target)))
        .satisfies(refused -> assertThat(refused.getMessage()).contains(words));
    assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);
  }

  private void assertNothingIsLeftOfTheStream(VmHost host) throws IOException {
    assertThat(credentials(host)).isEmpty();
    assertThat(qmp(host, "qom-list", "{\"path\": \"/objects\"}").findValuesAsText("name"))
        .doesNotContain("berth-stream");
    assertThat(keys()).isEmpty();
  }

  private static String credentials(VmHost host) throws IOException {
    return qmp(host, "query-migrate-parameters", "{}").path("tls-creds").asText();
  }

  private static JsonNode qmp(VmHost host, String command, String arguments) throws IOException {
    return Json.read(host.qmp(VM, QmpRequest.of(command, arguments), PATIENT));
  }

  /** The files with keys that any machine of both has. */
  private List<Path> keys() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.endsWith("keys.psk")).toList();
    }
  }

  private boolean isThere(Path file) {
    return file.startsWith(otherDirectory);
  }

  private static void awaitBeats(VmHost host) {
    ConsoleLog log = ConsoleLog.of(host, VM);
    String before = log.text();
    eventually(() -> assertThat(log.text().length()).isGreaterThan(before.length()));
  }
}
