package dev.berth.cli.output;

import dev.berth.domain.Liveness;
import dev.berth.stats.DomainStats;
import dev.berth.stats.GuestMemoryStats;
import dev.berth.stats.MachineStats;
import dev.berth.stats.ProcessStats;
import dev.berth.stats.QemuStats;
import dev.berth.stats.StatsRates;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What domains use, for people. */
public final class StatsTable {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private final Instant now;

  /**
   * A table with ages.
   *
   * @param now what they are measured against
   */
  public StatsTable(Instant now) {
    this.now = now;
  }

  /** A row for each domain. */
  public String rows(List<DomainStats> domains) {
    Table table =
        new Table(
            "NAME", "STATE", "CPU", "MEMORY", "GUEST", "READ/s", "WRITE/s", "RECV/s", "SENT/s",
            "AGE", "NOTE");
    for (DomainStats domain : domains) {
      Optional<MachineStats> machine = domain.machine();
      Optional<ProcessStats> process = machine.flatMap(MachineStats::process);
      Optional<QemuStats> qemu = machine.flatMap(MachineStats::qemu);
      StatsRates rates = machine.map(MachineStats::rates).orElse(StatsRates.NONE);
      boolean isCounted =
          process.stream()
              .flatMap(stats -> stats.nics().stream())
              .anyMatch(nic -> nic.counters().isPresent());
      table.row(
          Table.cell(domain.name().text()),
          Table.cell(domain.state().text()),
          Table.cell(process.isPresent() ? percent(rates.cpuMillis()) : ""),
          Table.cell(process.map(stats -> bytes(stats.residentBytes())).orElse("")),
          Table.cell(qemu.flatMap(QemuStats::guestMemory).map(StatsTable::guest).orElse("")),
          Table.cell(qemu.isPresent() ? bytes(rates.readBytes()) : ""),
          Table.cell(qemu.isPresent() ? bytes(rates.writtenBytes()) : ""),
          Table.cell(isCounted ? bytes(rates.receivedBytes()) : ""),
          Table.cell(isCounted ? bytes(rates.sentBytes()) : ""),
          Table.cell(machine.map(this::age).orElse("")),
          Table.cell(machine.map(this::note).orElse("")));
    }
    return table.withoutEmptyColumns().lines();
  }

  /** A line about all of them. */
  public String summary(List<DomainStats> domains) {
    long machines = domains.stream().filter(domain -> domain.machine().isPresent()).count();
    long cpuMillis = 0;
    long residentBytes = 0;
    for (DomainStats domain : domains) {
      cpuMillis += domain.machine().map(machine -> machine.rates().cpuMillis()).orElse(0L);
      residentBytes +=
          domain
              .machine()
              .flatMap(MachineStats::process)
              .map(ProcessStats::residentBytes)
              .orElse(0L);
    }
    return "domains "
        + domains.size()
        + ", machines "
        + machines
        + ", CPU "
        + percent(cpuMillis)
        + ", memory "
        + bytes(residentBytes);
  }

  /** What the guest says that it uses. */
  private static String guest(GuestMemoryStats memory) {
    return memory.totalBytes().isPresent() && memory.availableBytes().isPresent()
        ? bytes(memory.totalBytes().getAsLong() - memory.availableBytes().getAsLong())
        : "";
  }

  /** Of the older of the two samples. */
  private String age(MachineStats machine) {
    Optional<Instant> process = machine.process().map(ProcessStats::takenAt);
    Optional<Instant> qemu = machine.qemu().map(QemuStats::takenAt);
    return process
        .filter(taken -> qemu.isEmpty() || taken.isBefore(qemu.get()))
        .or(() -> qemu)
        .map(taken -> Age.text(Duration.between(taken, now)))
        .orElse("");
  }

  private String note(MachineStats machine) {
    return machine.liveness() == Liveness.RESPONSIVE
        ? ""
        : machine.liveness().text()
            + " for "
            + Age.text(Duration.between(machine.livenessSince(), now));
  }

  private static String percent(long cpuMillis) {
    return String.format(Locale.ROOT, "%.1f%%", cpuMillis / 10.0);
  }

  private static String bytes(long bytes) {
    double amount = Math.max(0, bytes);
    int unit = 0;
    while (amount >= 1024 && unit < UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    String digits =
        String.format(Locale.ROOT, unit == 0 || amount >= 100 ? "%.0f" : "%.1f", amount);
    return digits + UNITS[unit];
  }
}
