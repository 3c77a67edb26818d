package dev.berth.definition;

import java.util.List;
import java.util.function.Function;

/** The keys of {@code topology}. */
final class TopologySection {
  private static final int LIMIT = 512;
  private static final Key<CpuTopology, Integer> SOCKETS =
      key("sockets", CpuTopology::sockets, "Sockets.");
  private static final Key<CpuTopology, Integer> DIES =
      key("dies", CpuTopology::dies, "Dies in each socket.");
  private static final Key<CpuTopology, Integer> CORES =
      key("cores", CpuTopology::cores, "Cores in each die.");
  private static final Key<CpuTopology, Integer> THREADS =
      key("threads", CpuTopology::threads, "Threads in each core.");

  static final Section<CpuTopology> SECTION =
      new Section<>(
          "a CPU topology",
          List.of(SOCKETS, DIES, CORES, THREADS),
          (values, place) -> {},
          values ->
              new CpuTopology(
                  values.of(SOCKETS), values.of(DIES), values.of(CORES), values.of(THREADS)),
          schema -> {});

  private TopologySection() {}

  private static Key<CpuTopology, Integer> key(
      String name, Function<CpuTopology, Integer> part, String meaning) {
    return Key.defaulted(name, new IntegerType(1, LIMIT), 1, part, meaning);
  }
}
