package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.util.Optional;

/**
 * One machine type that this QEMU can be.
 *
 * <p>QAPI {@code MachineInfo}, machine.json; since 1.2.
 *
 * @param name its name, e.g. {@code pc-q35-7.2}
 * @param alias a shorter name, e.g. {@code q35}
 * @param isDefault whether it is what QEMU is when told nothing
 * @param cpuMax how many CPUs it can have; since 1.5
 * @param hotpluggableCpus whether CPUs can be added while it runs; since 2.7
 * @param numaMemSupported whether {@code -numa node,mem} works; since 4.1
 * @param deprecated whether it will go away; since 4.1
 * @param defaultCpuType the QOM type of its CPU when told nothing; since 4.2
 * @param defaultRamId the id of its memory backend; since 5.2
 */
public record MachineInfo(
    String name,
    Optional<String> alias,
    Optional<Boolean> isDefault,
    long cpuMax,
    boolean hotpluggableCpus,
    boolean numaMemSupported,
    boolean deprecated,
    Optional<String> defaultCpuType,
    Optional<String> defaultRamId) {

  static MachineInfo decode(JsonNode value) {
    return new MachineInfo(
        Json.text(value, "name"),
        Json.optionalText(value, "alias"),
        Json.optionalFlag(value, "is-default"),
        Json.number(value, "cpu-max"),
        Json.flag(value, "hotpluggable-cpus"),
        Json.flag(value, "numa-mem-supported"),
        Json.flag(value, "deprecated"),
        Json.optionalText(value, "default-cpu-type"),
        Json.optionalText(value, "default-ram-id"));
  }
}
