package dev.berth.migration;

/** How far a migration is on the host that the guest comes from; on record before what follows. */
public enum SourcePhase {
  /** The target is being asked to have a machine ready. */
  PREPARING("preparing"),
  /** QEMU copies the images that the machine takes along, while the guest goes on. */
  COPYING("copying-storage"),
  /** QEMU sends what is in memory, while the guest goes on. */
  TRANSFERRING("transferring"),
  /** The guest stands, and QEMU is told to send the rest. */
  SWITCHING("switching"),
  /** QEMU has sent everything; the guest stands, and is still this host's. */
  SENT("sent"),
  /** The guest is the target's: this host never lets it go on, unless the target gives it back. */
  HANDED_OVER("handed-over"),
  /** The guest goes on at the target; the machine here is only to end. */
  ENDING("ending"),
  /** The guest is to go on here. */
  RETURNING("returning"),
  /** All is as if there had been no migration, save that the target may not know it yet. */
  TELLING("telling");

  private final String text;

  SourcePhase(String text) {
    this.text = text;
  }

  /** The phase as jobs have it. */
  public String text() {
    return text;
  }

  /** The phase of that text. */
  public static SourcePhase of(String text) {
    for (SourcePhase phase : values()) {
      if (phase.text.equals(text)) {
        return phase;
      }
    }
    throw new IllegalArgumentException("no phase of a migration is called '" + text + "'");
  }
}
