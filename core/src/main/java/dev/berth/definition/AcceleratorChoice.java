package dev.berth.definition;

/** The accelerator that a definition asks for. */
public enum AcceleratorChoice {
  /** KVM where it provably runs guest code, else TCG. */
  AUTO,
  /** KVM or no start at all. */
  KVM,
  /** QEMU's software emulation. */
  TCG
}
