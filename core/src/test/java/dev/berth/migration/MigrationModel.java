package dev.berth.migration;

import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.SourceRules.Copies;
import dev.berth.migration.SourceRules.Patience;
import java.util.HashSet;
import java.util.Set;

/**
 * Two hosts, two QEMUs and what is said between them, as {@link OneOwnerTest} walks through them. A
 * host that is cut off and comes back is one that takes no step for a while: what it knows is on
 * record.
 */
final class MigrationModel {

  /** What there is of the machine at the source. */
  enum SourceQemu {
    IDLE(SourceRules.Qemu.IDLE, true),
    SENDING(SourceRules.Qemu.SENDING, true),
    WAITING(SourceRules.Qemu.WAITING, false),
    SENDING_THE_REST(SourceRules.Qemu.SENDING, false),
    SENT(SourceRules.Qemu.SENT, false),
    GOES_ON(SourceRules.Qemu.STOPPED, true),
    GONE(SourceRules.Qemu.GONE, false);

    private final SourceRules.Qemu seen;
    private final boolean runs;

    SourceQemu(SourceRules.Qemu seen, boolean runs) {
      this.seen = seen;
      this.runs = runs;
    }
  }

  /** Whether the source's job goes on, and how it has ended. */
  enum Job {
    GOES_ON,
    STAYED,
    MOVED
  }

  /**
   * All that there is.
   *
   * @param guest what it does; of one that is paused, each that would run it has its images
   * @param answered what the target has said last, whenever that was
   * @param allSent whether everything has ever gone to the target's QEMU
   * @param take whether the word to take the guest is on its way
   * @param discard whether the word to forget it is
   */
  record State(
      Guest guest,
      Job job,
      SourcePhase source,
      SourceQemu sourceQemu,
      TargetPhase target,
      TargetRules.Qemu targetQemu,
      TargetPhase answered,
      boolean allSent,
      boolean take,
      boolean discard) {

    boolean runsTwice() {
      return sourceQemu.runs && targetQemu == TargetRules.Qemu.RUNNING;
    }

    boolean runsOnce() {
      return sourceQemu.runs != (targetQemu == TargetRules.Qemu.RUNNING);
    }

    /** Whether the guest has ended with its QEMU: the source's, or the one that it has gone to. */
    boolean lost() {
      return sourceQemu == SourceQemu.GONE && targetIsGone();
    }

    private boolean targetIsGone() {
      return targetQemu == TargetRules.Qemu.GONE || targetQemu == TargetRules.Qemu.GONE_UNTOLD;
    }

    boolean isOver() {
      return job != Job.GOES_ON
          && (target == TargetPhase.NONE || target == TargetPhase.COMPLETE)
          && !(target == TargetPhase.NONE && !targetIsGone());
    }

    State source(SourcePhase next) {
      return new State(
          guest,
          job,
          next,
          sourceQemu,
          target,
          targetQemu,
          TargetPhase.SILENT,
          allSent,
          take,
          discard);
    }

    State sourceQemu(SourceQemu next) {
      return new State(
          guest, job, source, next, target, targetQemu, answered, allSent, take, discard);
    }

    State target(TargetPhase next) {
      return new State(
          guest, job, source, sourceQemu, next, targetQemu, answered, allSent, take, discard);
    }

    State targetQemu(TargetRules.Qemu next) {
      return new State(
          guest, job, source, sourceQemu, target, next, answered, allSent, take, discard);
    }

    State answered(TargetPhase said) {
      return new State(
          guest, job, source, sourceQemu, target, targetQemu, said, allSent, take, discard);
    }

    State withAllSent() {
      return new State(
          guest, job, source, sourceQemu, target, targetQemu, answered, true, take, discard);
    }

    State saying(boolean takeIt, boolean discardIt) {
      return new State(
          guest, job, source, sourceQemu, target, targetQemu, answered, allSent, takeIt, discardIt);
    }

    State over(Job how) {
      return new State(
          guest, how, source, sourceQemu, target, targetQemu, answered, allSent, take, discard);
    }
  }

  /** The target has a machine ready, or is about to. */
  static State beginning(Guest guest) {
    return new State(
        guest,
        Job.GOES_ON,
        SourcePhase.PREPARING,
        SourceQemu.IDLE,
        TargetPhase.PREPARING,
        TargetRules.Qemu.LOADING,
        TargetPhase.SILENT,
        false,
        false,
        false);
  }

  /** The target's machine waits, and the source's guest stands. */
  static State atTheSwitch(Guest guest) {
    return new State(
        guest,
        Job.GOES_ON,
        SourcePhase.TRANSFERRING,
        SourceQemu.WAITING,
        TargetPhase.INCOMING,
        TargetRules.Qemu.LOADING,
        TargetPhase.SILENT,
        false,
        false,
        false);
  }

  private MigrationModel() {}

  /** All that can happen next. */
  static Set<State> steps(State state) {
    Set<State> next = stepsWithoutFault(state);
    if (state.job() == Job.GOES_ON) {
      next.add(state.answered(TargetPhase.SILENT));
      act(state, Patience.OVER, next);
    }
    faultsOfQemus(state, next);
    ofPeople(state, next);
    next.remove(state);
    return next;
  }

  /** What happens when nothing goes wrong any more. */
  static Set<State> stepsWithoutFault(State state) {
    Set<State> next = new HashSet<>();
    if (state.job() == Job.GOES_ON) {
      answer(state, next);
      act(state, Patience.LEFT, next);
    }
    ofQemus(state, next);
    ofTarget(state, next);
    next.remove(state);
    return next;
  }

  /** The target tells what is on record, or what it has from QEMU and is about to put there. */
  private static void answer(State state, Set<State> next) {
    next.add(state.answered(state.target()));
    if (state.target() == TargetPhase.INCOMING && state.targetQemu() == TargetRules.Qemu.LOADED) {
      next.add(state.answered(TargetPhase.RECEIVED));
    }
    if (state.guest() == Guest.RUNNING
        && state.target() == TargetPhase.OWNER
        && state.targetQemu() == TargetRules.Qemu.RUNNING) {
      next.add(state.answered(TargetPhase.COMPLETE));
    }
  }

  // ---- the source

  private static void act(State state, Patience patience, Set<State> next) {
    SourceRules.Act act =
        SourceRules.decide(state.source(), state.sourceQemu().seen, state.answered(), patience);
    switch (act) {
      case BEGIN -> {
        next.add(state.source(SourcePhase.COPYING)); // if there is something to copy
        send(state, next);
      }
      case SWITCH -> next.add(state.source(SourcePhase.SWITCHING));
      case CONTINUE -> next.add(state.sourceQemu(SourceQemu.SENDING_THE_REST));
      case NOTE_SENT -> {
        next.add(state.source(SourcePhase.SENT));
        next.add(state.source(SourcePhase.SENT).answered(state.answered())); // asked meanwhile
      }
      case HAND_OVER -> next.add(state.source(SourcePhase.HANDED_OVER));
      case TELL_TO_TAKE -> next.add(state.saying(true, state.discard()));
      case END -> end(state, next);
      case RETURN -> goBack(state, next);
      case LOSE -> next.add(state.source(SourcePhase.TELLING));
      case TELL_TO_DISCARD -> next.add(state.saying(state.take(), true));
      case FINISH ->
          next.add(
              state.source() == SourcePhase.ENDING
                  ? state.over(Job.MOVED)
                  : state.saying(state.take(), true).over(Job.STAYED)); // answered to that word
      case WATCH -> copied(state, next);
      case WAIT -> {
        return;
      }
    }
  }

  private static void send(State state, Set<State> next) {
    State begun = state.source(SourcePhase.TRANSFERRING);
    next.add(begun); // and is cut off
    next.add(begun.sourceQemu(SourceQemu.SENDING));
  }

  /** How the copying of images can end. */
  private static void copied(State state, Set<State> next) {
    if (SourceRules.copying(state.source(), Copies.READY) == SourceRules.Act.BEGIN) {
      send(state, next);
    }
    if (state.source() == SourcePhase.COPYING || state.source() == SourcePhase.TRANSFERRING) {
      next.add(state.source(SourcePhase.RETURNING)); // one cannot be copied
    }
  }

  private static void end(State state, Set<State> next) {
    next.add(
        state.source() == SourcePhase.ENDING
            ? state.sourceQemu(SourceQemu.GONE)
            : state.source(SourcePhase.ENDING));
  }

  private static void goBack(State state, Set<State> next) {
    next.add(
        state.source() == SourcePhase.RETURNING
            ? state.sourceQemu(SourceQemu.GOES_ON).source(SourcePhase.TELLING)
            : state.source(SourcePhase.RETURNING));
    if (state.source() == SourcePhase.RETURNING) {
      next.add(state.sourceQemu(SourceQemu.GOES_ON)); // and is cut off
      next.add(state.saying(state.take(), true)); // beside that
    }
  }

  // ---- the QEMUs

  private static void ofQemus(State state, Set<State> next) {
    switch (state.sourceQemu()) {
      case SENDING -> next.add(state.sourceQemu(SourceQemu.WAITING));
      case SENDING_THE_REST -> {
        next.add(state.withAllSent());
        if (state.allSent()) {
          next.add(state.sourceQemu(SourceQemu.SENT));
        }
      }
      default -> {}
    }
    if (state.allSent() && state.targetQemu() == TargetRules.Qemu.LOADING) {
      next.add(state.targetQemu(TargetRules.Qemu.LOADED));
    }
  }

  private static void faultsOfQemus(State state, Set<State> next) {
    next.add(state.sourceQemu(SourceQemu.GONE));
    if (Set.of(SourceQemu.SENDING, SourceQemu.WAITING, SourceQemu.SENDING_THE_REST)
        .contains(state.sourceQemu())) {
      next.add(state.sourceQemu(SourceQemu.GOES_ON)); // by its own doing
    }
    next.add(state.targetQemu(gone(state)));
    if (state.target() == TargetPhase.OWNER && state.targetQemu() == TargetRules.Qemu.LOADED) {
      next.add(state.target(TargetPhase.FAILED)); // QEMU does not let the guest go on
      next.add(state.targetQemu(TargetRules.Qemu.GONE_UNTOLD));
    }
    if (state.targetQemu() == TargetRules.Qemu.LOADING) {
      next.add(state.targetQemu(TargetRules.Qemu.BROKEN));
    }
  }

  /** A paused guest that its owner never had is still the source's. */
  private static TargetRules.Qemu gone(State state) {
    return state.guest() == Guest.PAUSED && state.target() == TargetPhase.OWNER
        ? TargetRules.Qemu.GONE_UNTOLD
        : TargetRules.Qemu.GONE;
  }

  // ---- people

  private static void ofPeople(State state, Set<State> next) {
    if (state.source() == SourcePhase.SENT && state.sourceQemu() == SourceQemu.SENT) {
      next.add(state.source(SourcePhase.TELLING).sourceQemu(SourceQemu.GONE)); // destroyed
    }
    if (state.target() == TargetPhase.RECEIVED && state.sourceQemu() == SourceQemu.GONE) {
      next.add(owned(state)); // what they say there is true
    }
  }

  // ---- the target

  private static State owned(State state) {
    State owned = state.target(TargetPhase.OWNER);
    return owned.targetIsGone() ? owned.targetQemu(gone(owned)) : owned;
  }

  private static void ofTarget(State state, Set<State> next) {
    if (state.target() == TargetPhase.PREPARING) {
      next.add(state.target(TargetPhase.INCOMING));
    }
    hear(state, TargetRules.Word.NONE, next);
    if (state.take()) {
      hear(state, TargetRules.Word.TAKE, next);
      next.add(state.saying(false, state.discard()));
    }
    if (state.discard()) {
      hear(state, TargetRules.Word.DISCARD, next);
      if (state.job() == Job.GOES_ON) { // else it was answered, and is on record there
        next.add(state.saying(state.take(), false));
      }
    }
  }

  private static void hear(State state, TargetRules.Word word, Set<State> next) {
    switch (TargetRules.decide(state.target(), state.targetQemu(), word)) {
      case NOTE_RECEIVED -> next.add(state.target(TargetPhase.RECEIVED));
      case OWN -> next.add(owned(state));
      case RUN -> next.add(state.targetQemu(TargetRules.Qemu.RUNNING));
      case COMPLETE, LOSE -> next.add(state.target(TargetPhase.COMPLETE));
      case FAIL -> next.add(state.target(TargetPhase.FAILED));
      case FORGET -> next.add(state.target(TargetPhase.NONE).targetQemu(TargetRules.Qemu.GONE));
      case WAIT -> {
        return;
      }
    }
  }
}
