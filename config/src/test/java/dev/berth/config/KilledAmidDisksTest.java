package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.error.BerthException;
import dev.berth.host.CallOptions;
import dev.berth.host.DiskSummary;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.json.Json;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon is killed while disks of a running guest come and go. The next one brings definition,
 * record and QEMU in line: whatever the moment, a disk is whole or not there at all.
 */
@ExtendWith(LeakCheck.class)
@Timeout(900)
final class KilledAmidDisksTest {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final int KILLS = 25;
  private static final int SEED = 4_711;
  private static final int LONGEST_EXTRA_NANOS = 150_000_000;
  private static final int MOST_DONE = 4;

  @TempDir private Path directory;
  private final Random random = new Random(SEED);
  private TestHome home;

  @BeforeEach
  void aHomeWithAnImage() throws IOException {
    home = new TestHome(directory);
    Files.write(directory.resolve("data.raw"), new byte[1 << 20]);
  }

  @AfterEach
  void nothingIsLeftRunning() {
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
  }

  @Tag("full")
  @Test
  void aDiskIsWholeOrNotThereWheneverItsDaemonIsKilled() throws Exception {
    for (int kill = 0; kill <= KILLS; kill++) {
      try (DaemonProcess daemon = DaemonProcess.start(directory)) {
        daemon.awaitServing();
        try (VmHost host =
            VmHost.connect(URI.create("unix:" + directory.resolve("control.sock")))) {
          if (kill == 0) {
            boot(host);
          } else {
            allSayTheSame(host);
          }
          if (kill < KILLS) {
            killAmid(host, daemon);
          }
        }
      }
    }
  }

  private void boot(VmHost host) {
    home.defineGuest(host, "vm");
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog.of(host, VM).await(TestGuest.UP, TestHome.PATIENCE);
  }

  /** One client adds the disk and takes it out, again and again, until its daemon is gone. */
  private void killAmid(VmHost host, DaemonProcess daemon) throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    Thread client = new Thread(() -> comeAndGo(host, done), "disk-client");
    client.start();
    int wanted = random.nextInt(MOST_DONE);
    QemuOf.awaitThat("so many calls were answered", () -> done.get() >= wanted);
    LockSupport.parkNanos(random.nextInt(LONGEST_EXTRA_NANOS));
    daemon.kill();
    client.join();
  }

  private void comeAndGo(VmHost host, AtomicInteger done) {
    try {
      boolean isThere = host.disks(VM).stream().anyMatch(disk -> disk.name().equals("data"));
      while (true) {
        if (!isThere) {
          host.attachDisk(VM, data(), EditScope.BOTH, CallOptions.none());
          done.incrementAndGet();
        }
        Job job =
            host.detachDisk(VM, "data", EditScope.BOTH, JobOptions.none(), CallOptions.none());
        done.incrementAndGet();
        host.awaitJob(job.id(), TestHome.PATIENCE);
        isThere = false;
      }
    } catch (BerthException gone) {
      assertThat(gone.code().text()).isIn("host-unreachable", "outcome-unknown");
    }
  }

  private DefinitionDocument data() {
    return new DefinitionDocument(
        "name: data\nfile: data.raw\nformat: raw\n", "data.yaml", directory);
  }

  private void allSayTheSame(VmHost host) {
    host.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
    eventually(
        () -> {
          assertThat(host.jobs()).allMatch(job -> job.status().phase().equals("removed"));
          assertThat(host.domain(VM).operation()).isEmpty();
          List<DiskSummary> disks = host.disks(VM);
          boolean isThere = !disks.isEmpty();
          assertThat(disks).allMatch(disk -> disk.scope() == EditScope.BOTH);
          assertThat(host.definition(VM).json().contains("\"data\"")).isEqualTo(isThere);
          assertThat(names(host, "query-named-block-nodes", "{}", "node-name"))
              .isEqualTo(isThere ? Set.of("data-file", "data-format") : Set.of());
          assertThat(names(host, "query-fdsets", "{}", "fdset-id")).hasSize(isThere ? 1 : 0);
          assertThat(names(host, "qom-list", "{\"path\": \"/machine/peripheral\"}", "name"))
              .filteredOn(name -> name.startsWith("disk-"))
              .hasSize(isThere ? 1 : 0);
        });
  }

  private static Set<String> names(VmHost host, String command, String arguments, String member) {
    Set<String> names = new TreeSet<>();
    String reply = host.qmp(VM, QmpRequest.of(command, arguments), CallOptions.none());
    try {
      for (JsonNode one : Json.read(reply)) {
        names.add(one.path(member).asText());
      }
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + reply, e);
    }
    return names;
  }
}
