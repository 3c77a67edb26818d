package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.io.Closer;
import dev.berth.config.HoldingStore.Point;
import dev.berth.domain.DomainSnapshot;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.StartMode;
import dev.berth.host.StorageCopy;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import dev.berth.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A domain that is shut off takes its image along from one network to another while daemons are
 * killed, a QEMU hangs or a connection ends: one host has it in the end, with all that it has, and
 * nothing else is left.
 */
@ExtendWith(LeakCheck.class)
@Timeout(300)
final class OfflineLinkTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);
  private static final int CONTROL_PORT = 16_520;

  /** The first of those for migrations. */
  private static final int STORAGE_PORT = 49_152;

  private static final String IMAGE = "data.raw";
  private static final int BYTES = 12 << 20;

  /** So that daemons are restarted meanwhile. */
  private static final long SLOW = 512 << 10;

  @TempDir private Path directory;
  private final Closer closer = Closer.create();
  private NetworkLink link;
  private MigrationSite from;
  private MigrationSite to;

  @BeforeEach
  void aDomainAndTwoHosts() throws Exception {
    assumeTrue(NetworkLink.isPossible(), "only root makes network namespaces");
    link = closer.register(NetworkLink.make());
    from = closer.register(site("a", "b"));
    to = closer.register(site("b", "a"));
    byte[] content = new byte[BYTES];
    new Random(1).nextBytes(content);
    Files.write(image(from), content);
    from.tell(
        host ->
            from.home()
                .defineGuestWith(
                    host,
                    "vm",
                    "memory: 128MiB\ndisks:\n- {name: data, file: "
                        + image(from)
                        + ", format: raw}",
                    TestGuest.running("heartbeat")));
  }

  private MigrationSite site(String end, String other) throws Exception {
    Path home = Files.createDirectory(directory.resolve(end));
    Files.createDirectory(home.resolve("images"));
    TlsHome tls =
        TlsHome.of(
            new TestHome(home),
            AUTHORITY,
            "host-" + end,
            link.address(end),
            CONTROL_PORT,
            "host-" + other);
    return MigrationSite.start(home, tls.uri(), link.starter(end));
  }

  private static Path image(MigrationSite site) {
    return site.directory().resolve("images").resolve(IMAGE);
  }

  @AfterEach
  void end() throws IOException {
    QemuOf.thawAll(directory);
    closer.close();
  }

  @Tag("once")
  @Test
  void daemonsThatAreKilledWhileItsImageIsCopiedLoseNothing() throws Exception {
    copying();
    List<Long> qemus = QemuOf.pids(directory);
    assertThat(qemus).hasSize(2);

    from.restart();
    awaitCopying();
    to.restart();
    awaitCopying();

    assertThat(QemuOf.pids(directory)).as("nothing begins anew").hasSameElementsAs(qemus);
    assertThat(link.isConnected(STORAGE_PORT)).isTrue();
    assertMoves();
  }

  @Tag("full")
  @ParameterizedTest
  @CsvSource({
    "migration, copying-storage, stays",
    "migration, handed-over, moves",
    "incoming-migration, preparing, stays",
    "incoming-migration, incoming, stays",
    "incoming-migration, received, moves",
    "incoming-migration, owner, moves"
  })
  void oneHostHasItWheneverADaemonIsKilled(String kind, String phase, String outcome)
      throws Exception {
    Point point = new Point(kind, phase);
    MigrationSite killed = kind.equals("migration") ? from : to;
    killed.hold(point);
    migrate(Optional.empty());
    killed.awaitHeld(point);

    killed.restart();

    if (outcome.equals("stays")) {
      assertStaysAndMovesLater();
    } else {
      assertMoves();
    }
  }

  @Tag("full")
  @Test
  void aConnectionThatEndsLeavesItWhereItWas() throws Exception {
    Job job = copying();

    link.reset(STORAGE_PORT);

    assertThat(ended(job).status().phase()).isEqualTo("transfer-failed");
    assertStaysAndMovesLater();
  }

  @Tag("full")
  @Test
  void aQemuThatHangsThereHoldsUpNobodyWhoCancels() throws Exception {
    Job job = copying();
    QemuOf.only(to.directory()).freeze();

    from.tell(host -> host.cancelJob(job.id()));

    assertThat(ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertStaysAndMovesLater();
  }

  // ---- short ways

  private Job migrate(Optional<Long> bytesPerSecond) {
    MigrationRequest request =
        new MigrationRequest(
                to.address(), bytesPerSecond, Optional.empty(), Convergence.LEFT_TO_GUEST)
            .with(StorageCopy.into(image(to).getParent()));
    return from.ask(
        host -> host.migrations().migrateOffline(VM, request, JobOptions.none(), PATIENT));
  }

  private Job copying() {
    Job job = migrate(Optional.of(SLOW));
    awaitCopying();
    return job;
  }

  /** It is being copied, as the daemon that is there now has seen. */
  private void awaitCopying() {
    QemuOf.awaitThat(
        "its image is copied",
        () ->
            from.ask(host -> host.jobs()).stream()
                .filter(job -> job.status().phase().equals("copying-storage"))
                .anyMatch(OfflineLinkTest::isInProgress));
  }

  private static boolean isInProgress(Job job) {
    return job.status().progress().filter(progress -> progress.done() > 0).isPresent();
  }

  private Job ended(Job job) {
    return from.ask(host -> host.awaitJob(job.id(), TestHome.PATIENCE));
  }

  private void assertMoves() throws IOException {
    awaitEnd();
    assertThat(domains(from)).as(this::describe).isEmpty();
    assertThat(Files.mismatch(image(from), image(to))).isEqualTo(-1);
    assertNothingElse();
    assertThat(image(to).getParent().toFile().list()).containsExactly(IMAGE);
    to.tell(
        host -> {
          host.start(VM, StartMode.PAUSED, PATIENT);
          host.destroy(VM, TestHome.GRACE, PATIENT);
        });
  }

  private void assertStaysAndMovesLater() throws IOException {
    awaitEnd();
    assertThat(domains(to)).as(this::describe).isEmpty();
    assertThat(image(to).getParent()).isEmptyDirectory();
    assertNothingElse();
    migrate(Optional.empty());
    assertMoves();
  }

  /** One host has it, and nothing goes on. */
  private void awaitEnd() {
    QemuOf.awaitThat(
        "one host has it",
        () ->
            Stream.of(from, to).mapToInt(site -> domains(site).size()).sum() == 1
                && Stream.of(from, to).noneMatch(OfflineLinkTest::isBusy));
  }

  private static List<DomainSnapshot> domains(MigrationSite site) {
    return site.ask(host -> host.list());
  }

  private static boolean isBusy(MigrationSite site) {
    Set<JobKind> kinds = Set.of(JobKind.MIGRATION, JobKind.INCOMING_MIGRATION);
    return site.ask(host -> host.jobs()).stream()
        .filter(job -> kinds.contains(job.target().kind()))
        .anyMatch(job -> !job.status().state().isEnded());
  }

  private String describe() {
    return Stream.of(from, to)
        .map(site -> site.ask(host -> host.list() + " " + host.jobs()) + site.daemon().lastWords())
        .toList()
        .toString();
  }

  private void assertNothingElse() throws IOException {
    QemuOf.awaitCount(directory, 0);
    from.assertRuns(0);
    to.assertRuns(0);
    assertThat(link.listening("a")).containsExactly(CONTROL_PORT);
    assertThat(link.listening("b")).containsExactly(CONTROL_PORT);
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files).noneMatch(file -> file.endsWith("keys.psk"));
    }
  }
}
