package dev.berth.definition;

import dev.berth.domain.ByteSize;
import java.util.Optional;

/**
 * Processors, memory and the machine they sit in.
 *
 * @param cpus number of virtual CPUs, 1 to 512
 * @param memory guest RAM, a multiple of 1 MiB, at least 1 MiB
 * @param machineType QEMU machine type such as {@code q35} or {@code pc-q35-7.2}; an alias is
 *     resolved to the versioned type at launch and frozen in the launch record
 * @param cpuModel QEMU CPU model such as {@code max} or {@code qemu64}; empty lets Berth choose:
 *     {@code host} under KVM, {@code max} under TCG
 * @param accelerator how guest code is run
 */
public record Compute(
    int cpus,
    ByteSize memory,
    String machineType,
    Optional<String> cpuModel,
    AcceleratorChoice accelerator) {}
