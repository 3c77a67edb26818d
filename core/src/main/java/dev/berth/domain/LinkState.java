package dev.berth.domain;

import dev.berth.api.Api;

/** Whether the guest sees a cable in a network interface. */
@Api(since = "0.1")
public enum LinkState {
  /** It does. */
  UP,
  /** It does not. */
  DOWN
}
