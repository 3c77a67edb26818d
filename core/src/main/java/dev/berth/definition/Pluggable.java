package dev.berth.definition;

import dev.berth.domain.ResourceNames;

/** One device of a definition that can be added by itself. Immutable. */
public sealed interface Pluggable permits Disk, Nic, Share, SmallDevice {

  /** Its name, which no other device of its kind in the domain has. */
  String name();

  /** What it is. */
  DeviceKind kind();

  /** What it names and does not contain: who adds it gives it. */
  ResourceNames resources();

  /** The definition with this device besides, the last of its kind. */
  DomainDefinition addedTo(DomainDefinition definition);
}
