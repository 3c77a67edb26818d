package dev.berth.host;

import dev.berth.api.Api;

/** How a start leaves the machine. */
@Api(since = "0.1")
public enum StartMode {
  /** The guest runs. */
  RUNNING,
  /** The CPUs stand before the first instruction. */
  PAUSED
}
