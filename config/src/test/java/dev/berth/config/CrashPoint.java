package dev.berth.config;

/**
 * A moment at which a host process is made to end without warning: at a step that the engine takes
 * through one of its ports.
 *
 * @param moment before, amid or after the step
 * @param step which
 */
record CrashPoint(Moment moment, Step step) {

  /** When, relative to the step. */
  enum Moment {
    /** The step has not been taken. */
    BEFORE,
    /** The step is being taken; not every step has an inside to crash in. */
    DURING,
    /** The step is complete, and the engine has not heard of it. */
    AFTER
  }

  /** A step through a port. */
  enum Step {
    /** A definition is committed. */
    DEFINITION,
    /** An intent is committed. */
    INTENT,
    /** That the guest has shut down is committed. */
    GUEST_DOWN,
    /** What became of an intent is committed. */
    OUTCOME,
    /** QEMU is launched and its machine assembled. */
    LAUNCH,
    /** What it takes to add a device is done; amid it, the first of that. */
    ADD_DEVICE,
    /** What has served a share is ended. */
    END_SHARE,
    /** The logs of a domain are removed. */
    LOGS,
    /** Anything else. */
    OTHER
  }

  static CrashPoint before(Step step) {
    return new CrashPoint(Moment.BEFORE, step);
  }

  static CrashPoint during(Step step) {
    return new CrashPoint(Moment.DURING, step);
  }

  static CrashPoint after(Step step) {
    return new CrashPoint(Moment.AFTER, step);
  }

  static CrashPoint parse(String text) {
    String[] words = text.split(" ");
    return new CrashPoint(Moment.valueOf(words[0]), Step.valueOf(words[1]));
  }

  @Override
  public String toString() {
    return moment + " " + step;
  }
}
