package dev.berth.migration;

import java.util.Optional;

/**
 * How far a migration is on the host that the guest is to go to. All but {@link #NONE} and {@link
 * #SILENT} are on record there, before what follows.
 */
public enum TargetPhase {
  /** There is no such migration: it never began there, or is long over. */
  NONE("none"),
  /** Nobody answers there. For the source alone. */
  SILENT("silent"),
  /** The machine is being started. */
  PREPARING("preparing"),
  /** QEMU waits for the state, or takes it in. */
  INCOMING("incoming"),
  /** QEMU has taken in everything; the guest stands, and is the source's. */
  RECEIVED("received"),
  /** The guest is this host's, which lets it go on. */
  OWNER("owner"),
  /** The guest has gone on here. */
  COMPLETE("complete"),
  /** The guest never went on here, and never will. */
  FAILED("failed");

  private final String text;

  TargetPhase(String text) {
    this.text = text;
  }

  /** The phase as jobs and hosts have it. */
  public String text() {
    return text;
  }

  /** The phase of that text; empty for one that this version does not know. */
  public static Optional<TargetPhase> of(String text) {
    for (TargetPhase phase : values()) {
      if (phase.text.equals(text)) {
        return Optional.of(phase);
      }
    }
    return Optional.empty();
  }
}
