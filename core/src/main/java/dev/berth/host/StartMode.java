package dev.berth.host;

/** How a start leaves the machine. */
public enum StartMode {
  /** The guest runs. */
  RUNNING,
  /** The CPUs stand before the first instruction. */
  PAUSED
}
