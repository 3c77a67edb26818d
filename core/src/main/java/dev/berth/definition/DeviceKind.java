package dev.berth.definition;

/** The kinds of devices that can be added to a domain and taken out of it, each with its names. */
public enum DeviceKind {
  /** An item of {@code disks}. */
  DISK("disk");

  private final String text;

  DeviceKind(String text) {
    this.text = text;
  }

  /** As messages have it. */
  public String text() {
    return text;
  }

  /** Whether the definition has one of that name. */
  public boolean isIn(DomainDefinition definition, String name) {
    return switch (this) {
      case DISK -> definition.disk(name).isPresent();
    };
  }

  /** The definition without the one of that name. */
  public DomainDefinition removedFrom(DomainDefinition definition, String name) {
    return switch (this) {
      case DISK -> definition.withoutDisk(name);
    };
  }
}
