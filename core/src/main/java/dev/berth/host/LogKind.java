package dev.berth.host;

/** The logs of a domain. */
public enum LogKind {
  /** What the guest wrote to its serial console. */
  CONSOLE,
  /** What QEMU wrote to its standard output and error. */
  QEMU
}
