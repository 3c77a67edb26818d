package dev.berth.definition;

/** Whether the kernel carries the packets between a guest and its tap device, past QEMU. */
public enum VhostChoice {
  /** The kernel where it provably can, else QEMU. */
  AUTO,
  /** The kernel or no start at all. */
  ON,
  /** QEMU. */
  OFF
}
