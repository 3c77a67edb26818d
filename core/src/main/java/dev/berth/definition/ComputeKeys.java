package dev.berth.definition;

import dev.berth.domain.ByteSize;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The top-level keys of processors, memory and the machine they sit in. */
final class ComputeKeys {
  private static final ByteSize MEBIBYTE = ByteSize.mebibytes(1);

  private static final Key<DomainDefinition, Integer> CPUS =
      Key.defaulted(
          "cpus",
          new IntegerType(1, 512),
          1,
          of(Compute::cpus),
          "Number of virtual CPUs. With a `topology` it can be left out.");

  private static final Key<DomainDefinition, Integer> MAX_CPUS =
      Key.optional(
          "max-cpus",
          new IntegerType(1, 512),
          "as many as `cpus`, and none can be taken out while it runs",
          of(Compute::maxCpus),
          "How many CPUs the machine has room for, so that some can come and go while it runs.");

  private static final Key<DomainDefinition, ByteSize> MEMORY =
      Key.defaulted(
          "memory",
          new SizeType(MEBIBYTE, ByteSize.mebibytes(16 << 20), MEBIBYTE, ByteSize.mebibytes(512)),
          ByteSize.mebibytes(512),
          of(Compute::memory),
          "The guest's RAM, in steps of 1MiB.");

  private static final Key<DomainDefinition, ByteSize> MAX_MEMORY =
      Key.optional(
          "max-memory",
          new SizeType(MEBIBYTE, ByteSize.mebibytes(16 << 20), MEBIBYTE, ByteSize.mebibytes(4096)),
          "as much as `memory`, which stays as it is while it runs",
          of(Compute::maxMemory),
          "How much memory the guest can get while it runs, and give back, in steps of 2MiB or of"
              + " the huge pages that back it, or of 128MiB by DIMMs.");

  private static final Key<DomainDefinition, MemoryDevice> MEMORY_DEVICE =
      Key.optional(
          "memory-device",
          ChoiceType.of(MemoryDevice.class),
          "`virtio-mem`",
          of(Compute::memoryDevice),
          "What brings it more memory while it runs: `virtio-mem`, which grows and shrinks in small"
              + " steps and needs a driver in the guest, or `dimm`, a DIMM each time, for guests"
              + " without one. Only with `max-memory`.");

  private static final Key<DomainDefinition, String> MACHINE =
      Key.defaulted(
          "machine",
          qemuName("a QEMU machine type such as q35"),
          "q35",
          of(Compute::machineType),
          "QEMU's machine type. An alias such as `q35` becomes a versioned type when the domain"
              + " starts.");

  private static final Key<DomainDefinition, String> CPU =
      Key.optional(
          "cpu",
          qemuName("a QEMU CPU model such as max"),
          "`host` under KVM, `max` under TCG",
          of(Compute::cpuModel),
          "QEMU's CPU model. `host` needs KVM.");

  private static final Key<DomainDefinition, AcceleratorChoice> ACCELERATOR =
      Key.defaulted(
          "accelerator",
          ChoiceType.of(AcceleratorChoice.class),
          AcceleratorChoice.AUTO,
          of(Compute::accelerator),
          "How guest code runs: by KVM, by TCG (emulated), or by KVM where it works and TCG"
              + " elsewhere.");

  private static final Key<DomainDefinition, CpuTopology> TOPOLOGY =
      Key.optional(
          "topology",
          TopologySection.SECTION,
          "one socket with all CPUs as its cores",
          of(Compute::topology),
          "How the CPUs are arranged.");

  private static final Key<DomainDefinition, List<CpuFeature>> FEATURES =
      Key.defaulted(
          "cpu-features",
          new ListType<>(
              "CPU features",
              new TextType<>(
                  "a CPU feature such as +avx2 or -hle",
                  Pattern.compile("[+-][a-z0-9][a-z0-9._-]{0,63}"),
                  CpuFeature::parse,
                  CpuFeature::text),
              256),
          List.of(),
          of(Compute::features),
          "CPU features, by QEMU's names, that the guest has (`+`) or has not (`-`) other than the"
              + " model.");

  private static final Key<DomainDefinition, MemoryBacking> BACKING =
      Key.defaulted(
          "memory-backing",
          MemorySection.SECTION,
          MemoryBacking.USUAL,
          of(Compute::backing),
          "What the host backs the guest's memory with.");

  /** In their order. */
  static final List<Key<DomainDefinition, ?>> ALL =
      List.of(
          CPUS,
          MAX_CPUS,
          MEMORY,
          MAX_MEMORY,
          MEMORY_DEVICE,
          MACHINE,
          CPU,
          ACCELERATOR,
          TOPOLOGY,
          FEATURES,
          BACKING);

  private ComputeKeys() {}

  private static TextType<String> qemuName(String expected) {
    return TextType.of(expected + ", of A-Z a-z 0-9 . _ - only", "[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  }

  private static <T> Function<DomainDefinition, T> of(Function<Compute, T> part) {
    return definition -> part.apply(definition.compute());
  }

  static void check(Values<DomainDefinition> values, Place place) {
    if (values.find(CPU).equals(Optional.of("host"))
        && values.find(ACCELERATOR).equals(Optional.of(AcceleratorChoice.TCG))) {
      report(
          CPU, values, place, "CPU model 'host' needs KVM: use 'cpu: max', or 'accelerator: kvm'");
    }
    checkTopology(values, place);
    checkRoom(values, place);
    Set<String> names = new HashSet<>();
    for (CpuFeature feature : values.find(FEATURES).orElse(List.of())) {
      if (!names.add(feature.name())) {
        report(FEATURES, values, place, "'" + feature.name() + "' is listed twice: keep one");
      }
    }
    checkShares(values, place);
    checkMemory(values, place);
    values
        .find(BACKING)
        .flatMap(MemoryBacking::hugepages)
        .ifPresent(page -> checkPages(page, values, place));
  }

  private static void checkTopology(Values<DomainDefinition> values, Place place) {
    Optional<CpuTopology> topology = values.find(TOPOLOGY);
    if (topology.isEmpty()) {
      return;
    }
    long product = topology.get().cpus();
    if (product > 512) {
      report(TOPOLOGY, values, place, product + " CPUs are too many: use 512 or less");
    } else if (values.find(MAX_CPUS).isPresent()) {
      values
          .find(MAX_CPUS)
          .filter(room -> room != product)
          .ifPresent(
              room ->
                  report(
                      TOPOLOGY,
                      values,
                      place,
                      String.format(
                          "the topology makes %d CPUs, and 'max-cpus' says %d: write 'max-cpus: %d'",
                          product, room, product)));
    } else if (values.isGiven(CPUS)) {
      values
          .find(CPUS)
          .filter(cpus -> cpus != product)
          .ifPresent(
              cpus ->
                  report(
                      TOPOLOGY,
                      values,
                      place,
                      String.format(
                          "the topology makes %d CPUs, and 'cpus' says %d: write 'cpus: %d', or"
                              + " leave 'cpus' out",
                          product, cpus, product)));
    }
  }

  private static void checkRoom(Values<DomainDefinition> values, Place place) {
    Optional<Integer> room = values.find(MAX_CPUS);
    values
        .find(CPUS)
        .filter(cpus -> room.isPresent() && cpus > room.get())
        .ifPresent(
            cpus ->
                report(
                    MAX_CPUS,
                    values,
                    place,
                    String.format(
                        "'cpus' says %d, which is more: write 'max-cpus: %d' or higher",
                        cpus, cpus)));
  }

  /** A share's server maps the guest's memory. */
  private static void checkShares(Values<DomainDefinition> values, Place place) {
    boolean isShared = !values.find(PeripheralKeys.SHARES).orElse(List.of()).isEmpty();
    values
        .find(BACKING)
        .filter(backing -> isShared && !backing.orMappable().isMappable())
        .ifPresent(
            backing ->
                report(
                    BACKING,
                    values,
                    place,
                    "'shares' need memory that other processes can map: add 'shared: true' and 'kind:"
                        + " memfd' or 'kind: file', or leave 'memory-backing' out"));
  }

  private static void checkMemory(Values<DomainDefinition> values, Place place) {
    Optional<ByteSize> memory = values.find(MEMORY);
    Optional<ByteSize> most = values.find(MAX_MEMORY);
    if (most.isEmpty() && values.isGiven(MEMORY_DEVICE)) {
      report(
          MEMORY_DEVICE,
          values,
          place,
          "without 'max-memory' nothing comes while it runs: add that, or leave this out");
    }
    if (memory.isEmpty() || most.isEmpty()) {
      return;
    }
    long room = most.get().bytes() - memory.get().bytes();
    MemoryBacking backing = values.find(BACKING).orElse(MemoryBacking.USUAL);
    boolean byDimms = values.find(MEMORY_DEVICE).equals(Optional.of(MemoryDevice.DIMM));
    ByteSize block = byDimms ? backing.dimmBlock() : backing.block();
    if (room < 0) {
      report(
          MAX_MEMORY,
          values,
          place,
          String.format(
              "'memory' says %s, which is more: write 'max-memory: %s' or higher",
              memory.get(), memory.get()));
    } else if (room % block.bytes() != 0) {
      report(
          MAX_MEMORY,
          values,
          place,
          String.format(
              "memory grows in steps of %s: make it %s and a multiple of that",
              block, memory.get()));
    }
  }

  private static void checkPages(ByteSize page, Values<DomainDefinition> values, Place place) {
    values
        .find(MEMORY)
        .filter(memory -> memory.bytes() % page.bytes() != 0)
        .ifPresent(
            memory ->
                report(
                    BACKING,
                    values,
                    place,
                    String.format(
                        "%s of memory are no multiple of huge pages of %s: change 'memory'",
                        memory, page)));
  }

  private static void report(
      Key<DomainDefinition, ?> key, Values<DomainDefinition> values, Place place, String message) {
    place.key(key.name()).report(values.position(key), message);
  }

  static Compute build(Values<DomainDefinition> values) {
    Optional<CpuTopology> topology = values.find(TOPOLOGY);
    return new Compute(
        topology
            .filter(shape -> !values.isGiven(CPUS))
            .map(CpuTopology::cpus)
            .map(Math::toIntExact)
            .orElseGet(() -> values.of(CPUS)),
        values.find(MAX_CPUS),
        values.of(MEMORY),
        values.find(MAX_MEMORY),
        values.find(MEMORY_DEVICE),
        values.of(MACHINE),
        values.find(CPU),
        values.of(ACCELERATOR),
        topology,
        values.of(FEATURES),
        values.of(BACKING));
  }
}
