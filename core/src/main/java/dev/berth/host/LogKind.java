package dev.berth.host;

import dev.berth.api.Api;

/** The logs of a domain. */
@Api(since = "0.1")
public enum LogKind {
  /** What the guest wrote to its serial console. */
  CONSOLE,
  /** What QEMU wrote to its standard output and error. */
  QEMU,
  /**
   * The last messages between the host process and QEMU, as JSON lines, each with its time; secrets
   * are masked and long messages cut. Kept in memory: it ends with the host process and outlives
   * the machine.
   */
  QMP
}
