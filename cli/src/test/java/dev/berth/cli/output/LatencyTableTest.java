package dev.berth.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainName;
import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.stats.DiskStats;
import dev.berth.stats.DomainStats;
import dev.berth.stats.IoCounters;
import dev.berth.stats.LatencyHistogram;
import dev.berth.stats.MachineStats;
import dev.berth.stats.QemuStats;
import dev.berth.stats.StatsRates;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class LatencyTableTest {
  private static final List<Long> BOUNDS = List.of(100_000L, 1_500_000L, 2_000_000_000L);

  @Test
  void eachKindOfRequestHasTheBoundsWithinWhichItWasDone() {
    assertThat(
            LatencyTable.rows(List.of(domain(List.of(60L, 30L, 10L, 0L), List.of(0L, 1L, 0L, 1L)))))
        .contains(
            """
            NAME  DISK  REQUESTS  COUNT  50%      90%      99%   ALL
            web   data  reads     100    <100us   <1500us  <2s   <2s
            web   data  writes    2      <1500us  >=2s     >=2s  >=2s
            web   data  flushes   0""");
  }

  @Test
  void withoutHistogramsThereIsNoTable() {
    assertThat(LatencyTable.rows(List.of(domain(List.of(), List.of())))).isEmpty();
  }

  private static DomainStats domain(List<Long> reads, List<Long> writes) {
    DiskStats data =
        new DiskStats(
            "data",
            counters(reads),
            counters(writes),
            counters(reads.isEmpty() ? reads : List.of(0L, 0L, 0L, 0L)),
            counters(List.of()),
            0);
    QemuStats qemu =
        new QemuStats(Instant.EPOCH, List.of(data), OptionalLong.empty(), Optional.empty());
    return new DomainStats(
        new DomainName("web"),
        new UUID(0, 1),
        DomainState.RUNNING,
        Optional.of(
            new MachineStats(
                Liveness.RESPONSIVE,
                Instant.EPOCH,
                Optional.empty(),
                Optional.of(qemu),
                StatsRates.NONE)));
  }

  private static IoCounters counters(List<Long> counts) {
    return new IoCounters(
        0,
        0,
        Duration.ZERO,
        0,
        counts.isEmpty() ? Optional.empty() : Optional.of(new LatencyHistogram(BOUNDS, counts)));
  }
}
