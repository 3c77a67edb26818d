package dev.berth.host;

import dev.berth.api.Api;

/** What a change of a domain's devices is about. */
@Api(since = "0.1")
public enum EditScope {
  /** The machine alone: the change is gone with it. */
  LIVE,
  /** The definition alone: the change takes effect at the next boot. */
  CONFIG,
  /** The definition, and the machine while there is one. */
  BOTH
}
