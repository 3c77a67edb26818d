package dev.berth.launcher;

import dev.berth.definition.Compute;
import dev.berth.definition.CpuFeature;
import dev.berth.definition.CpuTopology;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.MemoryBacking;
import dev.berth.definition.MemoryBacking.Allocation;
import dev.berth.definition.MemoryBacking.Kind;
import dev.berth.definition.MemoryBacking.Sharing;
import dev.berth.machine.CpuSlots;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.LaunchRecord.Hardware;

/**
 * Plans processors and memory. They are on the command line, but for the CPUs of a machine in which
 * they can come and go: there only the first one is, which no guest lets go. Pure.
 */
final class ComputePlanner {
  /** What the machine itself calls its memory, so that both forms can take a migration. */
  private static final String RAM = "pc.ram";

  private final Compute compute;
  private final MemoryBacking backing;

  /**
   * Plans those.
   *
   * @param backing the memory behind it, which may be other than the definition has it
   */
  ComputePlanner(Compute compute, MemoryBacking backing) {
    this.compute = compute;
    this.backing = backing;
  }

  /** The value of {@code -cpu}: the resolved model, and where the guest's CPU differs from it. */
  static String cpu(String model, Compute compute) {
    OptionText cpu = OptionText.of(model);
    for (CpuFeature feature : compute.features()) {
      cpu = cpu.with(feature.name(), feature.presence() == Presence.PRESENT ? "on" : "off");
    }
    return cpu.toString();
  }

  /** The machine with the memory that backs it, when it is not the usual one. */
  OptionText onto(OptionText machine) {
    return isUsual() ? machine : machine.with("memory-backend", RAM);
  }

  /** Adds the topology and the memory. */
  void plan(MachineDraft draft) {
    draft.option("-smp", topology());
    String size = (compute.memory().bytes() >> 20) + "M";
    draft.option("-m", OptionText.of("size", size));
    if (!isUsual()) {
      draft.option("-object", backend(size));
    }
  }

  private boolean isUsual() {
    return backing.equals(MemoryBacking.USUAL);
  }

  /** Spelt out, because what QEMU makes of a bare number changed with 6.2. */
  private OptionText topology() {
    CpuTopology topology = arrangement();
    int atOnce = compute.maxCpus().isPresent() ? 1 : compute.cpus();
    OptionText cpus = OptionText.of("cpus", atOnce).with("sockets", topology.sockets());
    OptionText arranged =
        (topology.dies() > 1 ? cpus.with("dies", topology.dies()) : cpus)
            .with("cores", topology.cores())
            .with("threads", topology.threads());
    return compute.maxCpus().isPresent()
        ? arranged.with("maxcpus", compute.roomForCpus())
        : arranged;
  }

  private CpuTopology arrangement() {
    return compute.topology().orElseGet(() -> new CpuTopology(1, 1, compute.roomForCpus(), 1));
  }

  /** Adds the CPUs that come after the first, and the places for more. */
  void assembled(MachineDraft draft, Hardware hardware) {
    for (int number = 1; number < compute.maxCpus().orElse(0); number++) {
      String kind = number < compute.cpus() ? CpuSlots.TAKEN : CpuSlots.SPARE;
      DeviceRecord slot = CpuSlots.slot(number, kind, place(number));
      draft.device(slot);
      if (number < compute.cpus()) {
        draft.execute(CpuSlots.step(hardware, slot));
      }
    }
  }

  /** Where the CPU of that number is: its socket, die, core and thread. */
  private String place(int number) {
    CpuTopology topology = arrangement();
    int thread = number % topology.threads();
    int core = number / topology.threads() % topology.cores();
    int die = number / topology.threads() / topology.cores() % topology.dies();
    int socket = number / topology.threads() / topology.cores() / topology.dies();
    return socket + "/" + (topology.dies() > 1 ? die : "") + "/" + core + "/" + thread;
  }

  private OptionText backend(String size) {
    OptionText backend =
        OptionText.of(
                switch (backing.kind()) {
                  case ANONYMOUS -> "memory-backend-ram";
                  case MEMFD -> "memory-backend-memfd";
                  case FILE -> "memory-backend-file";
                })
            .with("id", RAM)
            .with("size", size)
            .with("share", backing.sharing() == Sharing.SHARED ? "on" : "off")
            .with("prealloc", backing.allocation() == Allocation.AT_START ? "on" : "off");
    if (backing.directory().isPresent()) {
      backend = backend.with("mem-path", backing.directory().get());
    }
    if (backing.kind() == Kind.MEMFD && backing.hugepages().isPresent()) {
      String page = (backing.hugepages().get().bytes() >> 20) + "M";
      backend = backend.with("hugetlb", "on").with("hugetlbsize", page);
    }
    return backend;
  }
}
