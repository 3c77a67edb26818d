package dev.berth.migration;

/**
 * What the host does that a guest comes from: the table of its side of a migration. Pure; {@code
 * docs/adr/0010-one-owner-of-a-migrating-guest.md} has the reasons.
 *
 * <pre>
 *   preparing ──► transferring ──► switching ──► sent ──► handed-over ──► ending ──► the guest is
 *       │ └─► copying ─┘│              │          │            │                     the target's
 *       └────────┴──────┴──────────────┴──────────┘            │ the target has failed, and says so
 *                                      ▼                       │
 *                                  returning ◄─────────────────┘
 *                                      ▼
 *                                   telling ──► the guest is this host's
 * </pre>
 *
 * <p>Until {@code handed-over} is on record the guest is this host's, whatever the target says or
 * does not say, for no target lets it go on before it was told. From then on it is the target's,
 * unless the target says itself that it never let it go on and never will.
 */
public final class SourceRules {

  /** What the QEMU here says. */
  public enum Qemu {
    /** It has not begun to send. */
    IDLE,
    /** It sends. */
    SENDING,
    /** The guest stands, and QEMU waits for the word to send the rest. */
    WAITING,
    /** It has sent everything, and the guest stands. */
    SENT,
    /** It has stopped to send, or the guest has gone on. */
    STOPPED,
    /** It is not there any more. */
    GONE
  }

  /** What the QEMU here says of the images that it copies. */
  public enum Copies {
    /** It copies them. */
    UNDER_WAY,
    /** All is copied but what the guest has written just now. */
    READY,
    /** One cannot be copied. */
    BROKEN
  }

  /** Whether QEMU or the target may still take its time while the guest stands. */
  public enum Patience {
    LEFT,
    OVER
  }

  /** What follows. */
  public enum Act {
    /** Have QEMU begin to copy the images that go along, or else to send. */
    BEGIN,
    /** Wait for QEMU. */
    WATCH,
    /** Put on record that the switch begins, then let QEMU send the rest. */
    SWITCH,
    /** Let QEMU send the rest. */
    CONTINUE,
    /** Put on record that all is sent. */
    NOTE_SENT,
    /** Ask the target again later. Nobody lets the guest go on. */
    WAIT,
    /** Put on record that the guest is the target's. */
    HAND_OVER,
    /** Tell the target that the guest is its own. */
    TELL_TO_TAKE,
    /** Put on record that the guest goes on at the target, and end the machine here. */
    END,
    /** Put on record that the guest stays, and let it go on here. */
    RETURN,
    /** The guest has ended with its QEMU: put that on record, and have the target forget it. */
    LOSE,
    /** Tell the target to forget it. */
    TELL_TO_DISCARD,
    /** It is over. */
    FINISH
  }

  private SourceRules() {}

  /**
   * What follows.
   *
   * @param phase on record here
   * @param qemu what there is of the machine here
   * @param target what the target has last said; {@link TargetPhase#NONE} when it was not asked
   */
  public static Act decide(SourcePhase phase, Qemu qemu, TargetPhase target, Patience patience) {
    return switch (phase) {
      case PREPARING -> qemu == Qemu.GONE ? Act.LOSE : prepared(target);
      case COPYING -> qemu == Qemu.GONE ? Act.LOSE : Act.WATCH;
      case TRANSFERRING -> sending(qemu, Act.SWITCH);
      case SWITCHING ->
          qemu == Qemu.SENDING && patience == Patience.OVER
              ? Act.RETURN // the stream takes nothing any more
              : sending(qemu, Act.CONTINUE);
      case SENT -> sent(qemu, target, patience);
      case HANDED_OVER -> handedOver(qemu, target);
      case ENDING -> qemu == Qemu.GONE ? Act.FINISH : Act.END;
      case RETURNING -> qemu == Qemu.GONE ? Act.LOSE : Act.RETURN;
      case TELLING -> telling(target);
    };
  }

  /**
   * What follows from how far the copies are: no memory is sent before all images are there, and no
   * guest goes where one of them does not.
   *
   * @param phase on record here
   */
  public static Act copying(SourcePhase phase, Copies copies) {
    return switch (copies) {
      case UNDER_WAY -> Act.WATCH;
      case READY -> phase == SourcePhase.COPYING ? Act.BEGIN : Act.WATCH;
      case BROKEN -> Act.RETURN;
    };
  }

  /**
   * What follows once the target was asked for a place for a domain without a machine.
   *
   * @param takesImages whether it takes images along, which are copied first
   */
  public static Act reserved(TargetPhase target, boolean takesImages) {
    return switch (target) {
      case RECEIVED -> takesImages ? Act.RETURN : Act.HAND_OVER;
      case INCOMING -> takesImages ? Act.BEGIN : Act.RETURN;
      case NONE, SILENT, PREPARING, OWNER, COMPLETE, FAILED -> Act.RETURN;
    };
  }

  /**
   * What follows once the target was told that all images of such a domain are there. Until it says
   * that it has received them, the domain is this host's, and nobody is in a hurry.
   */
  public static Act settled(TargetPhase target) {
    return switch (target) {
      case RECEIVED -> Act.HAND_OVER;
      case OWNER, COMPLETE -> Act.HAND_OVER; // decided by hand
      case PREPARING, INCOMING, SILENT -> Act.WAIT;
      case NONE, FAILED -> Act.RETURN;
    };
  }

  /**
   * What follows once somebody has said, of a guest that was handed over, that it is this host's.
   * What the target itself says counts for more: only where it is silent, or knows of nothing, is
   * their word taken. {@link Act#WAIT} is no.
   *
   * @param target what it says after it was told to forget the guest
   */
  public static Act keptByHand(TargetPhase target) {
    return switch (target) {
      case FAILED, NONE, SILENT -> Act.RETURN;
      case PREPARING, INCOMING, RECEIVED, OWNER, COMPLETE -> Act.WAIT;
    };
  }

  /**
   * The same of a guest that is said to be the target's. {@link Act#TELL_TO_TAKE} goes on with what
   * is done anyway, for the target answers.
   *
   * @param target what it says after it was told to take the guest
   */
  public static Act givenByHand(TargetPhase target) {
    return switch (target) {
      case COMPLETE, NONE, SILENT -> Act.END;
      case PREPARING, INCOMING, RECEIVED, OWNER -> Act.TELL_TO_TAKE;
      case FAILED -> Act.RETURN;
    };
  }

  private static Act prepared(TargetPhase target) {
    return target == TargetPhase.INCOMING ? Act.BEGIN : Act.RETURN;
  }

  private static Act sending(Qemu qemu, Act whenWaiting) {
    return switch (qemu) {
      case SENDING -> Act.WATCH;
      case WAITING -> whenWaiting;
      case SENT -> Act.NOTE_SENT;
      case IDLE, STOPPED -> Act.RETURN;
      case GONE -> Act.LOSE;
    };
  }

  private static Act sent(Qemu qemu, TargetPhase target, Patience patience) {
    boolean gone = qemu == Qemu.GONE;
    if (!gone && qemu != Qemu.SENT) {
      return Act.RETURN; // what was sent is not how the guest is any more
    }
    return switch (target) {
      case RECEIVED -> Act.HAND_OVER;
      case OWNER -> Act.HAND_OVER; // decided by hand; it has not gone on yet, and may never
      case COMPLETE -> Act.END; // decided by hand
      case PREPARING, INCOMING, SILENT -> gone || patience == Patience.LEFT ? Act.WAIT : Act.RETURN;
      case NONE, FAILED -> gone ? Act.LOSE : Act.RETURN;
    };
  }

  private static Act handedOver(Qemu qemu, TargetPhase target) {
    return switch (target) {
      case RECEIVED, OWNER -> Act.TELL_TO_TAKE;
      case COMPLETE -> Act.END;
      case FAILED -> qemu == Qemu.GONE ? Act.LOSE : Act.RETURN;
      case NONE, SILENT, PREPARING, INCOMING -> Act.WAIT; // it may have gone on there
    };
  }

  private static Act telling(TargetPhase target) {
    return switch (target) {
      case NONE, FAILED, OWNER, COMPLETE -> Act.FINISH;
      case SILENT, PREPARING, INCOMING, RECEIVED -> Act.TELL_TO_DISCARD;
    };
  }
}
