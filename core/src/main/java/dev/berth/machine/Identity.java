package dev.berth.machine;

/**
 * What a launch record's run directory and the kernel say about its machine; found without waiting.
 */
public sealed interface Identity {

  /** The process lives and is provably the one that the launch record names. */
  record Alive(QemuProcess process) implements Identity {}

  /**
   * There is no such process any more (its pid may belong to somebody else by now).
   *
   * @param exit how it ended, as far as the exit file tells
   */
  record Gone(ProcessExit exit) implements Identity {}

  /**
   * Something of the launch lives, and {@link MachineLauncher#abort} was at work on it when it was
   * cut off: it goes on with it when it is called again. Only a start that failed is aborted.
   */
  record Abandoned() implements Identity {}

  /**
   * Something lives there, and it cannot be proved to be ours or not; it must be left alone.
   *
   * @param reason what does not fit
   */
  record Unprovable(String reason) implements Identity {}
}
