package dev.berth.engine.qemu;

import dev.berth.engine.qemu.MachineSampler.Series;
import dev.berth.stats.DiskStats;
import dev.berth.stats.LinkCounters;
import dev.berth.stats.NicStats;
import dev.berth.stats.ProcessStats;
import dev.berth.stats.QemuStats;
import dev.berth.stats.StatsRates;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** What a machine used in a second, from its last two samples. Pure. */
public final class Rates {
  private static final double NANOS = Duration.ofSeconds(1).toNanos();

  private Rates() {}

  static StatsRates of(Series<ProcessStats> process, Series<QemuStats> qemu) {
    return new StatsRates(
        each(process, ProcessStats::takenAt, stats -> stats.cpuTime().toNanos() / 1e6),
        each(qemu, QemuStats::takenAt, stats -> disks(stats, disk -> disk.reads().bytes())),
        each(qemu, QemuStats::takenAt, stats -> disks(stats, disk -> disk.reads().operations())),
        each(qemu, QemuStats::takenAt, stats -> disks(stats, disk -> disk.writes().bytes())),
        each(qemu, QemuStats::takenAt, stats -> disks(stats, disk -> disk.writes().operations())),
        each(process, ProcessStats::takenAt, stats -> nics(stats, LinkCounters::receivedBytes)),
        each(process, ProcessStats::takenAt, stats -> nics(stats, LinkCounters::sentBytes)));
  }

  /** A counter's growth in a second; none when it began anew, or the clock was set back. */
  private static <T> long each(
      Series<T> series, Function<T, Instant> when, ToDoubleFunction<T> counter) {
    if (series.before().isEmpty() || series.last().isEmpty()) {
      return 0;
    }
    T before = series.before().get();
    T last = series.last().get();
    double seconds = Duration.between(when.apply(before), when.apply(last)).toNanos() / NANOS;
    double growth = counter.applyAsDouble(last) - counter.applyAsDouble(before);
    return seconds <= 0 || growth <= 0 ? 0 : Math.round(growth / seconds);
  }

  private static double disks(QemuStats stats, ToLongFunction<DiskStats> counter) {
    return stats.disks().stream().mapToLong(counter).sum();
  }

  private static double nics(ProcessStats stats, ToLongFunction<LinkCounters> counter) {
    return stats.nics().stream()
        .map(NicStats::counters)
        .flatMap(Optional::stream)
        .mapToLong(counter)
        .sum();
  }
}
