package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.error.BerthException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two daemons between which a guest goes to and fro, and one or both are killed meanwhile. Whatever
 * the moment, the guest is at one of them in the end, and runs once.
 */
@ExtendWith(LeakCheck.class)
@Timeout(900)
final class KilledAmidMigrationTest {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);
  private static final int SEED = 4_711;

  /** About as long as a migration takes from its call to its end. */
  private static final int LONGEST_NANOS = 1_500_000_000;

  private static final long SPEED = 32 << 20;

  private final Random random = new Random(SEED);
  private final Site[] sites = new Site[2];

  @TempDir private Path directory;

  /** One of the two. */
  private static final class Site {
    private final Path directory;
    private final TestHome home;
    private DaemonProcess daemon;

    Site(Path directory) {
      this.directory = directory;
      this.home = new TestHome(directory);
      this.daemon = DaemonProcess.start(directory);
    }

    URI address() {
      return URI.create("unix:" + directory.resolve("control.sock"));
    }

    VmHost connect() {
      return VmHost.connect(address());
    }

    void restart() throws Exception {
      daemon.kill();
      daemon = DaemonProcess.start(directory);
    }
  }

  @BeforeEach
  void twoDaemons() throws Exception {
    Files.write(directory.resolve("data.raw"), new byte[1 << 20]);
    for (int i = 0; i < sites.length; i++) {
      sites[i] = new Site(Files.createDirectory(directory.resolve("site" + i)));
      sites[i].daemon.awaitServing();
    }
  }

  @AfterEach
  void nothingIsLeftRunning() {
    for (Site site : sites) {
      site.daemon.close();
      site.home.clear();
      assertThat(site.home.runDirectories()).isEmpty();
    }
  }

  @Tag("full")
  @Test
  void theGuestIsAtOneHostInTheEnd() throws Exception {
    goToAndFro(4);
  }

  @Tag("full")
  @Test
  void theGuestIsAtOneHostInTheEndWheneverItsDaemonsAreKilled() throws Exception {
    goToAndFro(40);
  }

  private void goToAndFro(int kills) throws Exception {
    boot();
    for (int kill = 0; kill < kills; kill++) {
      int from = where();
      migrate(sites[from], sites[1 - from]);
      LockSupport.parkNanos(random.nextInt(LONGEST_NANOS));
      switch (random.nextInt(3)) {
        case 0 -> sites[from].restart();
        case 1 -> sites[1 - from].restart();
        default -> {
          sites[from].restart();
          sites[1 - from].restart();
        }
      }
      for (Site site : sites) {
        site.daemon.awaitServing();
      }
      assertThatItHasSettled();
    }
  }

  private void boot() {
    try (VmHost host = sites[0].connect()) {
      sites[0].home.defineGuestWith(
          host,
          "vm",
          "memory: 128MiB\ndisks:\n  - {name: data, file: "
              + directory.resolve("data.raw")
              + ", format: raw}",
          "quiet");
      host.start(VM, StartMode.RUNNING, PATIENT);
      ConsoleLog.of(host, VM).await(TestGuest.UP, TestHome.PATIENCE);
    }
  }

  private static void migrate(Site from, Site to) {
    try (VmHost host = from.connect()) {
      host.migrations()
          .migrate(
              VM,
              new MigrationRequest(
                  to.address(), Optional.of(SPEED), Optional.empty(), Convergence.LEFT_TO_GUEST),
              JobOptions.none(),
              PATIENT);
    }
  }

  /** Which of the two has the guest. */
  private int where() {
    for (int i = 0; i < sites.length; i++) {
      try (VmHost host = sites[i].connect()) {
        if (!host.list().isEmpty()) {
          return i;
        }
      }
    }
    throw new AssertionError("the guest is nowhere");
  }

  private void assertThatItHasSettled() {
    long end = System.nanoTime() + TestHome.PATIENCE.toNanos();
    while (!hasSettled()) {
      assertThat(System.nanoTime() - end)
          .as(
              "it has not settled: %s; %s",
              sites[0].daemon.lastWords(), sites[1].daemon.lastWords())
          .isNegative();
      LockSupport.parkNanos(20_000_000);
    }
    eventually(() -> assertThat(QemuOf.pids(directory)).hasSize(1));
  }

  private boolean hasSettled() {
    int running = 0;
    int others = 0;
    for (Site site : sites) {
      try (VmHost host = site.connect()) {
        if (host.jobs().stream().anyMatch(job -> !job.status().state().isEnded())) {
          return false;
        }
        for (var domain : host.list()) {
          if (domain.status().state() == DomainState.RUNNING) {
            running++;
          } else {
            others++;
          }
        }
      } catch (BerthException gone) {
        return false;
      }
    }
    return running == 1 && others == 0;
  }
}
