package dev.berth.migration;

/**
 * What the host does that a guest is to go to: the table of its side of a migration. Pure; {@code
 * docs/adr/0010-one-owner-of-a-migrating-guest.md} has the reasons.
 *
 * <pre>
 *   preparing ──► incoming ──► received ──told to take──► owner ──► complete
 *       │             │            │                        │
 *       └─────────────┴────────────┴──► failed ◄── QEMU would not let the guest go on,
 *                                              or has ended before it was told to
 * </pre>
 *
 * <p>Only as {@code owner} does it let the guest go on, and it is that only once it was told to.
 */
public final class TargetRules {

  /** What the QEMU here says. */
  public enum Qemu {
    /** It waits for the state, or takes it in. */
    LOADING,
    /** It has taken in everything, and the guest stands. */
    LOADED,
    /** The guest has gone on; one that is paused has its images here. */
    RUNNING,
    /** It could not take it in. */
    BROKEN,
    /** It is not there any more. */
    GONE,
    /** The same, and it is known that it was never told to let the guest go on. */
    GONE_UNTOLD
  }

  /** What the source says, or somebody in its place. */
  public enum Word {
    NONE,
    /** The guest is this host's. */
    TAKE,
    /** The guest is not this host's, and never will be. */
    DISCARD
  }

  /** What follows. */
  public enum Act {
    /** Wait: for QEMU, or for the source's word. */
    WAIT,
    /** Put on record that all was received. */
    NOTE_RECEIVED,
    /** Put on record that the guest is this host's, then let it go on. */
    OWN,
    /** Let the guest go on, or take over the images of one that is paused. */
    RUN,
    /** Put on record that the guest has gone on. */
    COMPLETE,
    /** Put on record that the guest never goes on here, and end the machine. */
    FAIL,
    /** The guest was this host's, and has ended with its QEMU: put that on record. */
    LOSE,
    /** Forget it, with its domain. */
    FORGET
  }

  private TargetRules() {}

  /**
   * What follows.
   *
   * @param phase on record here
   * @param qemu what there is of the machine here
   * @param word what was just said
   */
  public static Act decide(TargetPhase phase, Qemu qemu, Word word) {
    return switch (phase) {
      case PREPARING ->
          word == Word.DISCARD || isGone(qemu) || qemu == Qemu.BROKEN ? Act.FAIL : Act.WAIT;
      case INCOMING -> incoming(qemu, word);
      case RECEIVED -> received(qemu, word);
      case OWNER -> owner(qemu);
      case FAILED -> word == Word.DISCARD ? Act.FORGET : Act.WAIT;
      case COMPLETE, NONE, SILENT -> Act.WAIT;
    };
  }

  private static Act incoming(Qemu qemu, Word word) {
    if (word == Word.DISCARD) {
      return Act.FAIL;
    }
    return switch (qemu) {
      case LOADING -> Act.WAIT;
      case LOADED -> Act.NOTE_RECEIVED;
      case RUNNING, BROKEN, GONE, GONE_UNTOLD -> Act.FAIL;
    };
  }

  private static Act received(Qemu qemu, Word word) {
    if (qemu != Qemu.LOADED || word == Word.DISCARD) {
      return Act.FAIL;
    }
    return word == Word.TAKE ? Act.OWN : Act.WAIT;
  }

  private static Act owner(Qemu qemu) {
    return switch (qemu) {
      case LOADING, LOADED -> Act.RUN;
      case RUNNING -> Act.COMPLETE;
      case BROKEN, GONE -> Act.LOSE;
      case GONE_UNTOLD -> Act.FAIL; // the source has all of it still
    };
  }

  private static boolean isGone(Qemu qemu) {
    return qemu == Qemu.GONE || qemu == Qemu.GONE_UNTOLD;
  }
}
