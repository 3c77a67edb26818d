package dev.berth.launcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Compute;
import dev.berth.definition.CpuFeature;
import dev.berth.definition.CpuTopology;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.MemoryBacking;
import dev.berth.definition.MemoryBacking.Allocation;
import dev.berth.definition.MemoryBacking.Kind;
import dev.berth.definition.MemoryBacking.Sharing;
import dev.berth.domain.ByteSize;
import dev.berth.machine.CpuSlots;
import dev.berth.machine.Dimms;
import dev.berth.machine.GrowingMemory;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.LaunchRecord.Hardware;
import java.util.List;

/**
 * Plans processors and memory. They are on the command line, but for the CPUs of a machine in which
 * they can come and go: there only the first one is, which no guest lets go. Pure.
 */
final class ComputePlanner {
  /** What the machine itself calls its memory, so that both forms can take a migration. */
  static final String RAM = "pc.ram";

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
    String size = mebibytes(compute.memory());
    OptionText memory = OptionText.of("size", size);
    draft.option(
        "-m",
        grows()
            ? memory
                .with("slots", compute.growsByDimms() ? dimms().size() : 1)
                .with("maxmem", mebibytes(compute.maxMemory().get()))
            : memory);
    if (!isUsual()) {
      draft.option("-object", backend(size));
    }
  }

  private static String mebibytes(ByteSize size) {
    return (size.bytes() >> 20) + "M";
  }

  private boolean grows() {
    return compute.roomForMemory().bytes() > 0;
  }

  private List<DeviceRecord> dimms() {
    return Dimms.slots(compute.roomForMemory(), backing.dimmBlock());
  }

  /** Adds that by which memory comes and goes: slots, or a device backed as the rest is. */
  void growing(MachineDraft draft, PciSlots slots) {
    if (!grows()) {
      return;
    }
    if (compute.growsByDimms()) {
      dimms().forEach(draft::device);
      return;
    }
    ObjectNode backend = draft.execute(MachineAssembler.ADD_OBJECT).put("qom-type", type());
    backend
        .put("id", GrowingMemory.BACKEND)
        .put("size", compute.roomForMemory().bytes())
        .put("share", backing.sharing() == Sharing.SHARED);
    backing.directory().ifPresent(directory -> backend.put("mem-path", directory.toString()));
    if (backing.kind() == Kind.MEMFD && backing.hugepages().isPresent()) {
      backend.put("hugetlb", true).put("hugetlbsize", backing.hugepages().get().bytes());
    }
    PciSlots.Place place = slots.next();
    draft
        .plug("virtio-mem-pci", GrowingMemory.DEVICE, place)
        .put("memdev", GrowingMemory.BACKEND)
        .put("block-size", backing.block().bytes())
        .put(GrowingMemory.REQUESTED, 0);
    draft.device(
        new DeviceRecord(GrowingMemory.DEVICE, GrowingMemory.DEVICE, "", place.text(), List.of()));
  }

  private String type() {
    return switch (backing.kind()) {
      case ANONYMOUS -> "memory-backend-ram";
      case MEMFD -> "memory-backend-memfd";
      case FILE -> "memory-backend-file";
    };
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
        OptionText.of(type())
            .with("id", RAM)
            .with("size", size)
            .with("share", backing.sharing() == Sharing.SHARED ? "on" : "off")
            .with("prealloc", backing.allocation() == Allocation.AT_START ? "on" : "off");
    if (backing.directory().isPresent()) {
      backend = backend.with("mem-path", backing.directory().get());
    }
    if (backing.kind() == Kind.MEMFD && backing.hugepages().isPresent()) {
      String page = mebibytes(backing.hugepages().get());
      backend = backend.with("hugetlb", "on").with("hugetlbsize", page);
    }
    return backend;
  }
}
