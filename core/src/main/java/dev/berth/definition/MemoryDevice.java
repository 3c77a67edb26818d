package dev.berth.definition;

/** What brings a guest more memory while it runs. */
public enum MemoryDevice {
  /** One device that grows and shrinks, for guests with a driver for it. */
  VIRTIO_MEM,
  /** A DIMM each time, which every guest takes that knows ACPI's hotplug of memory. */
  DIMM
}
