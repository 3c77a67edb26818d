package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.Liveness;
import dev.berth.domain.MachineSummary;
import dev.berth.engine.qemu.MachineSampler;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.json.Json;
import dev.berth.machine.HostLinks;
import dev.berth.machine.Machine;
import dev.berth.machine.ProcessUsage;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpLoop;
import dev.berth.stats.DiskStats;
import dev.berth.stats.GuestMemoryStats;
import dev.berth.stats.GuestMemoryStats.Faults;
import dev.berth.stats.GuestMemoryStats.Swap;
import dev.berth.stats.MachineStats;
import dev.berth.stats.ThreadStats;
import dev.berth.testing.FakeMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What machines use, as the sampler sees it. */
final class StatsTest extends EngineFixture {
  private static final String CPUS =
      "[{\"cpu-index\": 0, \"qom-path\": \"/0\", \"thread-id\": 71, \"target\": \"x86_64\"}]";

  @Override
  EngineSettings settings() {
    EngineSettings usual = super.settings();
    return new EngineSettings(
        usual.operationLimit(),
        usual.launchTimeout(),
        usual.heartbeat(),
        usual.overdue(),
        usual.reapGrace(),
        Duration.ofMillis(20));
  }

  @Test
  void whatTheKernelTellsIsThereWithItsThreads() {
    FakeMachine machine = running();
    machine.monitor().answer("query-cpus-fast", CPUS);
    machine.monitor().answer("query-iothreads", "[{\"id\": \"io-1\", \"thread-id\": 72}]");
    machine.uses(
        new ProcessUsage(
            Duration.ofSeconds(3),
            Duration.ofSeconds(1),
            64 << 20,
            5,
            Map.of(71L, Duration.ofSeconds(2), 72L, Duration.ofMillis(10))));

    eventually(
        () -> {
          var process = stats("web").process().orElseThrow();
          assertThat(process.cpuTime()).isEqualTo(Duration.ofSeconds(4));
          assertThat(process.residentBytes()).isEqualTo(64 << 20);
          assertThat(process.vcpus())
              .containsExactly(new ThreadStats("0", 71, Duration.ofSeconds(2)));
          assertThat(process.iothreads())
              .containsExactly(new ThreadStats("io-1", 72, Duration.ofMillis(10)));
        });
  }

  @Test
  void whatQemuTellsOfDisksIsThereByTheirNames() throws Exception {
    FakeMachine machine = withDisk();
    machine.monitor().answer("query-blockstats", blocks(machine, 4096));

    eventually(() -> assertThat(stats("web").qemu().orElseThrow().disks()).hasSize(1));
    DiskStats root = stats("web").qemu().orElseThrow().disks().get(0);
    assertThat(root.name()).isEqualTo("root");
    assertThat(root.reads().bytes()).isEqualTo(4096);
    assertThat(root.reads().time()).isEqualTo(Duration.ofNanos(500));
    assertThat(root.writes().failed()).isEqualTo(3);
    assertThat(root.reads().latencies().orElseThrow().counts()).containsExactly(7L, 8L);
  }

  @Test
  void aMachineThatHangsKeepsItsFiguresAndDelaysNobodyElses() throws Exception {
    FakeMachine machine = withDisk();
    machine.monitor().answer("query-blockstats", blocks(machine, 1));
    host.define("other");
    host.start("other");
    machines.of("other").monitor().answer("query-blockstats", "[]");
    eventually(() -> assertThat(stats("web").qemu().orElseThrow().disks()).hasSize(1));

    machine.stop();
    eventually(() -> assertThat(stats("web").liveness()).isEqualTo(Liveness.STALLED));
    Instant before = stats("web").qemu().orElseThrow().takenAt();
    int asked = asked(machine);
    Instant others = stats("other").qemu().orElseThrow().takenAt();
    eventually(
        () ->
            assertThat(stats("other").qemu().orElseThrow().takenAt())
                .isAfter(others.plusMillis(80)));

    assertThat(stats("web").qemu().orElseThrow().takenAt()).isEqualTo(before);
    assertThat(stats("web").qemu().orElseThrow().disks()).hasSize(1);
    assertThat(asked(machine)).isEqualTo(asked);

    machine.goOn();
    eventually(() -> assertThat(stats("web").qemu().orElseThrow().takenAt()).isAfter(before));
  }

  @Test
  void anAnswerThatMakesNoFiguresIsAskedForAgain() throws Exception {
    FakeMachine machine = running();
    machine.monitor().answer("query-blockstats", "[]");
    AtomicInteger noted = new AtomicInteger();
    InstantSource failsOnce =
        () -> {
          if (noted.incrementAndGet() == 1) {
            throw new IllegalStateException("no figures of this");
          }
          return Instant.EPOCH;
        };
    MachineSummary shown = web().machine().orElseThrow();
    host.close(); // for QEMU has one client at a time
    try (QmpLoop loop = QmpLoop.start("berth-test-qmp", Runnable::run);
        QmpConnection qmp =
            loop.connect(
                    machine.monitor().socket(), Duration.ofDays(1), machine.exit(), event -> {})
                .get(60, TimeUnit.SECONDS)) {
      var sampler =
          new MachineSampler(
              new Machine(machine.launch(), machine, qmp),
              failsOnce.withZone(ZoneOffset.UTC),
              Optional::empty);

      eventually(
          () -> {
            sampler.sample(Duration.ZERO, () -> HostLinks.NONE);
            assertThat(sampler.stats(shown).qemu()).isPresent();
          });
      assertThat(noted).hasValueGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void whatAGuestTellsOfItsMemoryIsThereAsFarAsItTells() throws Exception {
    FakeMachine machine = running();
    machine.monitor().answer("query-blockstats", "[]");
    eventually(() -> assertThat(stats("web").qemu()).isPresent());
    assertThat(stats("web").qemu().orElseThrow().guestMemory()).isEmpty();

    machine
        .memory()
        .tells(
            Json.read(
                "{\"last-update\": 1700000000, \"stats\": {\"stat-total-memory\": 1000,"
                    + " \"stat-free-memory\": 400, \"stat-available-memory\": 600,"
                    + " \"stat-swap-in\": 18446744073709551615, \"stat-swap-out\": 7,"
                    + " \"stat-major-faults\": 3, \"stat-minor-faults\": 4}}"));

    eventually(() -> assertThat(stats("web").qemu().orElseThrow().guestMemory()).isPresent());
    GuestMemoryStats guest = stats("web").qemu().orElseThrow().guestMemory().orElseThrow();
    assertThat(guest.toldAt()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
    assertThat(guest.totalBytes()).hasValue(1000);
    assertThat(guest.availableBytes()).hasValue(600);
    assertThat(guest.cacheBytes()).isEmpty();
    assertThat(guest.swap()).isEqualTo(new Swap(OptionalLong.empty(), OptionalLong.of(7)));
    assertThat(guest.faults()).isEqualTo(new Faults(OptionalLong.of(3), OptionalLong.of(4)));
  }

  @Test
  void theKernelsFiguresGoOnWhileQemuHangs() {
    FakeMachine machine = running();
    machine.uses(usage(1));
    eventually(() -> assertThat(stats("web").process()).isPresent());

    machine.hang();
    Instant before = stats("web").process().orElseThrow().takenAt();

    eventually(() -> assertThat(stats("web").process().orElseThrow().takenAt()).isAfter(before));
  }

  @Test
  void aMachineThatWasJustStartedHasNoFiguresOfTheOneBefore() throws Exception {
    FakeMachine machine = withDisk();
    machine.uses(usage(9));
    machine.monitor().answer("query-blockstats", blocks(machine, 77));
    eventually(() -> assertThat(stats("web").qemu()).isPresent());

    host.destroy("web");
    assertThat(api().stats(WEB).machine()).isEmpty();
    host.start("web");

    assertThat(stats("web").process()).isEmpty();
    assertThat(stats("web").qemu()).isEmpty();
  }

  @Test
  void ratesAreFromTheLastTwoSamples() {
    FakeMachine machine = running();
    machine.uses(usage(0));
    eventually(() -> assertThat(stats("web").process()).isPresent());

    eventually(
        () -> {
          machine.uses(usage(System.nanoTime() / 1_000_000)); // one CPU, all the time
          assertThat(stats("web").rates().cpuMillis()).isPositive();
        });
  }

  private MachineStats stats(String name) {
    return api().stats(DomainRef.of(name)).machine().orElseThrow();
  }

  private static int asked(FakeMachine machine) {
    return (int)
        machine.monitor().received().stream()
            .filter(command -> command.command().equals("query-blockstats"))
            .count();
  }

  private static ProcessUsage usage(long cpuMillis) {
    return new ProcessUsage(Duration.ofMillis(cpuMillis), Duration.ZERO, 1 << 20, 4, Map.of());
  }

  private FakeMachine withDisk() throws IOException {
    Path image = Files.write(directory.resolve("root.raw"), new byte[1 << 20]);
    host.api()
        .define(
            TestHost.document(
                "name: web\nmemory: 64MiB\ndisks:\n- name: root\n  file: "
                    + image
                    + "\n  format: raw\n"),
            new DefineCondition.Always());
    host.start("web");
    return machines.of("web");
  }

  private static String blocks(FakeMachine machine, long readBytes) {
    String node =
        machine.launch().devices().stream()
            .filter(device -> device.name().equals("root"))
            .findFirst()
            .orElseThrow()
            .nodes()
            .get(0);
    return ("[{'node-name': '%s', 'stats': {'rd_bytes': %d, 'wr_bytes': 2, 'rd_operations': 3,"
            + " 'wr_operations': 4, 'flush_operations': 5, 'rd_total_time_ns': 500,"
            + " 'wr_total_time_ns': 7, 'flush_total_time_ns': 8, 'wr_highest_offset': 9,"
            + " 'failed_wr_operations': 1, 'invalid_wr_operations': 2,"
            + " 'rd_latency_histogram': {'boundaries': [10], 'bins': [7, 8]}}}]")
        .formatted(node, readBytes)
        .replace('\'', '"');
  }
}
