package dev.berth.launcher;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a QEMU binary can do, as it said itself.
 *
 * @param version e.g. {@code 7.2.22}
 * @param machines its machine types, in its own order
 * @param cpuModels names of its CPU models
 * @param commands names of its QMP commands
 * @param options names of its command line options, as far as it lists them
 * @param kvmBuiltIn whether it was built with KVM; says nothing about the host
 */
record QemuCapabilities(
    String version,
    List<MachineType> machines,
    Set<String> cpuModels,
    Set<String> commands,
    Set<String> options,
    boolean kvmBuiltIn) {

  /** Copies the collections. */
  QemuCapabilities {
    machines = List.copyOf(machines);
    cpuModels = Set.copyOf(cpuModels);
    commands = Set.copyOf(commands);
    options = Set.copyOf(options);
  }

  /** The machine type that a name or alias means. */
  Optional<MachineType> machineType(String nameOrAlias) {
    return machines.stream()
        .filter(type -> type.name().equals(nameOrAlias) || type.alias().equals(nameOrAlias))
        .findFirst();
  }

  /** Whether there is a panic device for PCI (since 6.0). */
  boolean hasPciPanicDevice() {
    return Integer.parseInt(version.substring(0, version.indexOf('.'))) >= 6;
  }

  /** Whether QEMU can keep a machine that ended, so that its end can be asked (since 6.0). */
  boolean hasActions() {
    return commands.contains("set-action");
  }

  /**
   * A machine type.
   *
   * @param name e.g. {@code pc-q35-7.2}
   * @param alias e.g. {@code q35}; empty for most
   * @param maxCpus most virtual CPUs it takes
   */
  record MachineType(String name, String alias, int maxCpus) {}
}
