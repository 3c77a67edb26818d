package dev.berth.cli.output;

import dev.berth.definition.LatencyDocument;
import dev.berth.stats.DiskStats;
import dev.berth.stats.DomainStats;
import dev.berth.stats.IoCounters;
import dev.berth.stats.LatencyHistogram;
import dev.berth.stats.MachineStats;
import dev.berth.stats.QemuStats;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How long requests of disks took, where that is counted, for people. */
public final class LatencyTable {
  private static final int[] PERCENT = {50, 90, 99, 100};

  private final Table table =
      new Table("NAME", "DISK", "REQUESTS", "COUNT", "50%", "90%", "99%", "ALL");
  private boolean isEmpty = true;

  private LatencyTable() {}

  /** A row for reads, writes and flushes of each disk; empty when nothing is counted. */
  public static Optional<String> rows(List<DomainStats> domains) {
    LatencyTable latencies = new LatencyTable();
    for (DomainStats domain : domains) {
      List<DiskStats> disks =
          domain.machine().flatMap(MachineStats::qemu).map(QemuStats::disks).orElse(List.of());
      for (DiskStats disk : disks) {
        latencies.row(domain, disk, "reads", disk.reads());
        latencies.row(domain, disk, "writes", disk.writes());
        latencies.row(domain, disk, "flushes", disk.flushes());
      }
    }
    return latencies.isEmpty ? Optional.empty() : Optional.of(latencies.table.lines());
  }

  private void row(DomainStats domain, DiskStats disk, String requests, IoCounters counters) {
    if (counters.latencies().isEmpty()) {
      return;
    }
    isEmpty = false;
    LatencyHistogram histogram = counters.latencies().get();
    Table.Cell[] cells = new Table.Cell[4 + PERCENT.length];
    cells[0] = Table.cell(domain.name().text());
    cells[1] = Table.cell(disk.name());
    cells[2] = Table.cell(requests);
    cells[3] = Table.cell(Long.toString(total(histogram)));
    for (int i = 0; i < PERCENT.length; i++) {
      cells[4 + i] = Table.cell(within(histogram, PERCENT[i]));
    }
    table.row(cells);
  }

  private static long total(LatencyHistogram histogram) {
    return histogram.counts().stream().mapToLong(Long::longValue).sum();
  }

  /** The bound within which so many of a hundred requests were done. */
  private static String within(LatencyHistogram histogram, int percent) {
    long total = total(histogram);
    if (total == 0) {
      return "";
    }
    List<Long> bounds = histogram.boundariesNanos();
    long done = 0;
    for (int i = 0; i < bounds.size() && i < histogram.counts().size(); i++) {
      done += histogram.counts().get(i);
      if (done * 100.0 >= (double) total * percent) {
        return "<" + text(bounds.get(i));
      }
    }
    return bounds.isEmpty() ? "" : ">=" + text(bounds.get(bounds.size() - 1));
  }

  private static String text(long nanos) {
    return LatencyDocument.text(Duration.ofNanos(nanos));
  }
}
