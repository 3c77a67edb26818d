package dev.berth.definition;

import java.util.List;

/** The kinds of devices that can be added to a domain and taken out of it, each with its names. */
public enum DeviceKind {
  /** An item of {@code disks}. */
  DISK("disk"),
  /** An item of {@code nics}. */
  NIC("network interface"),
  /** An item of {@code shares}. */
  SHARE("share"),
  /** One of those that have a key of their own. */
  DEVICE("device");

  private final String text;

  DeviceKind(String text) {
    this.text = text;
  }

  /** As messages have it. */
  public String text() {
    return text;
  }

  /** Those that the definition has, in their order. */
  public List<? extends Pluggable> in(DomainDefinition definition) {
    return switch (this) {
      case DISK -> definition.disks();
      case NIC -> definition.nics();
      case SHARE -> definition.devices().peripherals().shares();
      case DEVICE -> SmallDevice.in(definition);
    };
  }

  /** Whether the definition has one of that name. */
  public boolean isIn(DomainDefinition definition, String name) {
    return in(definition).stream().anyMatch(device -> device.name().equals(name));
  }

  /** The definition without the one of that name. */
  public DomainDefinition removedFrom(DomainDefinition definition, String name) {
    return switch (this) {
      case DISK -> definition.withoutDisk(name);
      case NIC -> definition.withoutNic(name);
      case SHARE -> Share.removedFrom(definition, name);
      case DEVICE -> SmallDevice.removedFrom(definition, name);
    };
  }
}
