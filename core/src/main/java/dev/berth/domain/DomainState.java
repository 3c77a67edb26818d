package dev.berth.domain;

import dev.berth.api.Api;

/** What a domain is doing; names are libvirt's ({@code virDomainState}) where it has one. */
@Api(since = "0.1")
public enum DomainState {
  /** There is no machine. */
  SHUTOFF("shutoff"),
  /** A machine exists from before this host process started; its state is being asked. */
  ADOPTING("adopting"),
  /** Guest code is running. */
  RUNNING("running"),
  /** The machine exists and its CPUs are stopped. */
  PAUSED("paused"),
  /** The guest has ended and its machine is being reaped. */
  SHUTDOWN("shutdown"),
  /** The guest has panicked; the machine is kept, stopped, for inspection. */
  CRASHED("crashed"),
  /** The guest has suspended itself to RAM. */
  PMSUSPENDED("pmsuspended"),
  /** A machine exists and cannot be adopted; it is left alone. */
  NOSTATE("no state");

  private final String text;

  DomainState(String text) {
    this.text = text;
  }

  /** The state as people and programs read it. */
  public String text() {
    return text;
  }

  /** The state of that text. */
  public static DomainState of(String text) {
    for (DomainState state : values()) {
      if (state.text.equals(text)) {
        return state;
      }
    }
    throw new IllegalArgumentException("no domain state is called '" + text + "'");
  }
}
