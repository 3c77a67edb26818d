package dev.berth.definition;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.domain.ResourceNames;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What the user asked for: the persistent description of a domain, complete with defaults.
 * Immutable. Made from a document by {@link DefinitionReader}, or in code.
 *
 * @param name unique on the host
 * @param uuid unique on the host; empty to let the host choose one when the domain is first defined
 * @param labels the user's own keys and values, not interpreted
 * @param compute processors, memory, machine type
 * @param boot what the firmware starts
 * @param disks block devices, in boot order
 * @param nics network interfaces
 * @param devices console, entropy, balloon, guest agent
 * @param policies what the host does with the domain by itself
 */
public record DomainDefinition(
    DomainName name,
    Optional<UUID> uuid,
    Map<String, String> labels,
    Compute compute,
    Boot boot,
    List<Disk> disks,
    List<Nic> nics,
    Devices devices,
    Policies policies) {

  /** Copies the collections. */
  public DomainDefinition {
    labels = Map.copyOf(labels);
    disks = List.copyOf(disks);
    nics = List.copyOf(nics);
  }

  /** A definition of a domain with which the host does nothing by itself. */
  public DomainDefinition(
      DomainName name,
      Optional<UUID> uuid,
      Map<String, String> labels,
      Compute compute,
      Boot boot,
      List<Disk> disks,
      List<Nic> nics,
      Devices devices) {
    this(name, uuid, labels, compute, boot, disks, nics, devices, Policies.NONE);
  }

  /** The same definition with that UUID. */
  public DomainDefinition withUuid(UUID chosen) {
    return new DomainDefinition(
        name, Optional.of(chosen), labels, compute, boot, disks, nics, devices, policies);
  }

  /** The disk of that name, if it has one. */
  public Optional<Disk> disk(String diskName) {
    return disks.stream().filter(disk -> disk.name().equals(diskName)).findFirst();
  }

  /** The same definition with one more disk, the last. */
  public DomainDefinition with(Disk disk) {
    return withDisks(Stream.concat(disks.stream(), Stream.of(disk)).toList());
  }

  /** The same definition without the disk of that name. */
  public DomainDefinition withoutDisk(String diskName) {
    return withDisks(disks.stream().filter(disk -> !disk.name().equals(diskName)).toList());
  }

  /** The same definition with other disks in the places of those of the same name. */
  public DomainDefinition replacing(UnaryOperator<Disk> change) {
    return withDisks(disks.stream().map(change).toList());
  }

  /** The same definition with another network interface in the place of the one of its name. */
  public DomainDefinition replacing(Nic changed) {
    return withNics(
        nics.stream().map(nic -> nic.name().equals(changed.name()) ? changed : nic).toList());
  }

  private DomainDefinition withDisks(List<Disk> others) {
    return new DomainDefinition(name, uuid, labels, compute, boot, others, nics, devices, policies);
  }

  /** The network interface of that name, if it has one. */
  public Optional<Nic> nic(String nicName) {
    return nics.stream().filter(nic -> nic.name().equals(nicName)).findFirst();
  }

  /** The same definition with one more network interface, the last. */
  public DomainDefinition with(Nic nic) {
    return withNics(Stream.concat(nics.stream(), Stream.of(nic)).toList());
  }

  /** The same definition without the network interface of that name. */
  public DomainDefinition withoutNic(String nicName) {
    return withNics(nics.stream().filter(nic -> !nic.name().equals(nicName)).toList());
  }

  private DomainDefinition withNics(List<Nic> others) {
    return new DomainDefinition(
        name, uuid, labels, compute, boot, disks, others, devices, policies);
  }

  /** The same definition with so many virtual CPUs. */
  public DomainDefinition withCpus(int count) {
    return with(compute.withCpus(count));
  }

  /** The same definition with so much memory. */
  public DomainDefinition withMemory(ByteSize size) {
    return with(compute.withMemory(size));
  }

  private DomainDefinition with(Compute other) {
    return new DomainDefinition(name, uuid, labels, other, boot, disks, nics, devices, policies);
  }

  /** The same definition with those devices in place of its own. */
  DomainDefinition with(Devices others) {
    return new DomainDefinition(name, uuid, labels, compute, boot, disks, nics, others, policies);
  }

  /** What it names and does not contain: who starts the domain gives it. */
  public ResourceNames resources() {
    Set<String> descriptors = new HashSet<>();
    Set<String> secrets = new HashSet<>();
    Stream.concat(disks.stream(), nics.stream())
        .map(Pluggable::resources)
        .forEach(
            named -> {
              descriptors.addAll(named.descriptors());
              secrets.addAll(named.secrets());
            });
    return new ResourceNames(descriptors, secrets);
  }
}
