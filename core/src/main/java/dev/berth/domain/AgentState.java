package dev.berth.domain;

import dev.berth.api.Api;

/** Whether the guest agent of a machine listens to its host. */
@Api(since = "0.1")
public enum AgentState {
  /** The machine was started without the agent's channel. */
  NO_CHANNEL("no-channel"),
  /** QEMU has not told yet. */
  UNKNOWN("unknown"),
  /** Nothing in the guest has the channel open: there is no agent, or it does not run yet. */
  DISCONNECTED("disconnected"),
  /** Something in the guest has the channel open. Whether it is an agent shows when it answers. */
  CONNECTED("connected");

  private final String text;

  AgentState(String text) {
    this.text = text;
  }

  /** The word for it, as on the wire. */
  public String text() {
    return text;
  }
}
