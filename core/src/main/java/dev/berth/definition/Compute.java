package dev.berth.definition;

import dev.berth.domain.ByteSize;
import java.util.List;
import java.util.Optional;

/**
 * Processors, memory and the machine they sit in.
 *
 * @param cpus number of virtual CPUs, 1 to 512
 * @param maxCpus how many there can be while the machine runs, at least {@code cpus}; empty for as
 *     many as there are, and none of them can be taken out
 * @param memory guest RAM, a multiple of 1 MiB, at least 1 MiB
 * @param maxMemory how much it can be while the machine runs, at least {@code memory}; empty for as
 *     much as there is
 * @param memoryDevice what brings more of it; empty for {@link MemoryDevice#VIRTIO_MEM}
 * @param machineType QEMU machine type such as {@code q35} or {@code pc-q35-7.2}; an alias is
 *     resolved to the versioned type at launch and frozen in the launch record
 * @param cpuModel QEMU CPU model such as {@code max} or {@code qemu64}; empty lets Berth choose:
 *     {@code host} under KVM, {@code max} under TCG
 * @param accelerator how guest code is run
 * @param topology how the CPUs are arranged, their product equal to {@code maxCpus} where that is
 *     given and else to {@code cpus}; empty for one socket with all as its cores
 * @param features where the guest's CPU differs from the model
 * @param backing what the host backs the memory with
 */
public record Compute(
    int cpus,
    Optional<Integer> maxCpus,
    ByteSize memory,
    Optional<ByteSize> maxMemory,
    Optional<MemoryDevice> memoryDevice,
    String machineType,
    Optional<String> cpuModel,
    AcceleratorChoice accelerator,
    Optional<CpuTopology> topology,
    List<CpuFeature> features,
    MemoryBacking backing) {

  /** Copies the list. */
  public Compute {
    features = List.copyOf(features);
  }

  /** The same by a virtio-mem device. */
  public Compute(
      int cpus,
      Optional<Integer> maxCpus,
      ByteSize memory,
      Optional<ByteSize> maxMemory,
      String machineType,
      Optional<String> cpuModel,
      AcceleratorChoice accelerator,
      Optional<CpuTopology> topology,
      List<CpuFeature> features,
      MemoryBacking backing) {
    this(
        cpus,
        maxCpus,
        memory,
        maxMemory,
        Optional.empty(),
        machineType,
        cpuModel,
        accelerator,
        topology,
        features,
        backing);
  }

  /** Processors of the model as it is, in one socket, and ordinary memory. */
  public Compute(
      int cpus,
      ByteSize memory,
      String machineType,
      Optional<String> cpuModel,
      AcceleratorChoice accelerator) {
    this(
        cpus,
        Optional.empty(),
        memory,
        Optional.empty(),
        Optional.empty(),
        machineType,
        cpuModel,
        accelerator,
        Optional.empty(),
        List.of(),
        MemoryBacking.USUAL);
  }

  /** How many CPUs the machine has room for. */
  public int roomForCpus() {
    return maxCpus.orElse(cpus);
  }

  /** The same with so many CPUs. */
  Compute withCpus(int count) {
    return with(count, memory);
  }

  /** The same with so much memory. */
  Compute withMemory(ByteSize size) {
    return with(cpus, size);
  }

  private Compute with(int count, ByteSize size) {
    return new Compute(
        count,
        maxCpus,
        size,
        maxMemory,
        memoryDevice,
        machineType,
        cpuModel,
        accelerator,
        topology,
        features,
        backing);
  }

  /** Whether DIMMs are what brings more memory. */
  public boolean growsByDimms() {
    return memoryDevice.equals(Optional.of(MemoryDevice.DIMM));
  }

  /** How much memory the machine can get besides what it starts with. */
  public ByteSize roomForMemory() {
    return new ByteSize(maxMemory.map(most -> most.bytes() - memory.bytes()).orElse(0L));
  }
}
