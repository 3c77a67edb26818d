package dev.berth.launcher;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Compute;
import dev.berth.definition.CpuFeature;
import dev.berth.definition.CpuTopology;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.MemoryBacking;
import dev.berth.definition.MemoryBacking.Allocation;
import dev.berth.definition.MemoryBacking.Kind;
import dev.berth.definition.MemoryBacking.Sharing;
import dev.berth.definition.MemoryDevice;
import dev.berth.domain.ByteSize;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Processors and memory other than the usual ones, for golden files. */
final class ComputeCases {
  static final List<CpuFeature> FEATURES =
      List.of(new CpuFeature("rdrand", Presence.PRESENT), new CpuFeature("avx", Presence.ABSENT));
  static final CpuTopology TOPOLOGY = new CpuTopology(1, 2, 1, 2);

  private ComputeCases() {}

  static Map<String, DomainDefinition> all() {
    Map<String, DomainDefinition> cases = new LinkedHashMap<>();
    cases.put("cpu-topology-and-features", with(MemoryBacking.USUAL));
    Compute fixed = compute(MemoryBacking.USUAL);
    cases.put(
        "cpus-and-memory-with-room",
        Definitions.withCompute(
            Definitions.bare(),
            new Compute(
                3,
                Optional.of(4),
                fixed.memory(),
                Optional.of(ByteSize.mebibytes(1024)),
                fixed.machineType(),
                fixed.cpuModel(),
                fixed.accelerator(),
                fixed.topology(),
                fixed.features(),
                fixed.backing())));
    cases.put(
        "memory-by-dimms",
        Definitions.withCompute(
            Definitions.bare(),
            new Compute(
                1,
                Optional.empty(),
                fixed.memory(),
                Optional.of(new ByteSize(fixed.memory().bytes() + (512 << 20))),
                Optional.of(MemoryDevice.DIMM),
                fixed.machineType(),
                fixed.cpuModel(),
                fixed.accelerator(),
                Optional.empty(),
                List.of(),
                MemoryBacking.USUAL)));
    cases.put(
        "memory-hugepages",
        with(
            new MemoryBacking(
                Kind.MEMFD,
                Optional.of(ByteSize.mebibytes(2)),
                Optional.empty(),
                Sharing.PRIVATE,
                Allocation.AT_START)));
    cases.put("memory-shared", with(backing(Kind.MEMFD, Optional.empty())));
    cases.put("memory-in-directory", with(backing(Kind.FILE, Optional.of(Path.of("/mnt/a,b")))));
    return cases;
  }

  static MemoryBacking backing(Kind kind, Optional<Path> directory) {
    return new MemoryBacking(kind, Optional.empty(), directory, Sharing.SHARED, Allocation.ON_USE);
  }

  static Compute compute(MemoryBacking backing) {
    return new Compute(
        4,
        Optional.empty(),
        ByteSize.mebibytes(256),
        Optional.empty(),
        "q35",
        Optional.empty(),
        AcceleratorChoice.TCG,
        Optional.of(TOPOLOGY),
        FEATURES,
        backing);
  }

  private static DomainDefinition with(MemoryBacking backing) {
    return Definitions.withCompute(Definitions.bare(), compute(backing));
  }
}
