package dev.berth.launcher;

import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Nic;
import java.util.Optional;

/** What of a definition the firmware boots from, in which order. Pure. */
final class BootIndices {
  private final DomainDefinition definition;

  BootIndices(DomainDefinition definition) {
    this.definition = definition;
  }

  /** The index of a disk of the definition; empty when it is not booted from. */
  Optional<Integer> of(Disk disk) {
    return isSpelledOut()
        ? disk.attachment().bootOrder()
        : Optional.of(1 + definition.disks().indexOf(disk));
  }

  /** The index of a network interface; empty when it is not booted from. */
  Optional<Integer> of(Nic nic) {
    return nic.bootOrder();
  }

  /** Whether any device has a place of its own, so that the others have none. */
  private boolean isSpelledOut() {
    return definition.disks().stream().anyMatch(disk -> disk.attachment().bootOrder().isPresent())
        || definition.nics().stream().anyMatch(nic -> nic.bootOrder().isPresent());
  }
}
