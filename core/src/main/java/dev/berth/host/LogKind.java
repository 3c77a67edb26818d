package dev.berth.host;

import dev.berth.api.Api;

/** The logs of a domain. */
@Api(since = "0.1")
public enum LogKind {
  /** What the guest wrote to its serial console. */
  CONSOLE,
  /** What QEMU wrote to its standard output and error. */
  QEMU
}
