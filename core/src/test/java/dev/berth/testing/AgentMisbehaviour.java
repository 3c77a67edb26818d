package dev.berth.testing;

/** What a {@link FakeAgent} does wrong. */
public enum AgentMisbehaviour {
  /** Nothing. */
  NONE,
  /** Nobody reads the port: there is no agent in the guest. */
  NEVER_READS,
  /** Reads everything and answers nothing. */
  SILENT,
  /** Does not answer the first synchronisation, as an agent that is restarted meanwhile. */
  FORGETS_FIRST_SYNC,
  /** Answers the synchronisation, and nothing after it. */
  SILENT_AFTER_SYNC,
  /** Hangs up on each client at once, as QEMU does when it ends. */
  HANGS_UP,
  /** Hangs up instead of answering a command. */
  HANGS_UP_AT_COMMAND,
  /** Answers with the first half of a line, then nothing. */
  HALF_ANSWER,
  /** Sends each answer in writes of one byte. */
  SINGLE_BYTES,
  /** Sends answers to earlier commands, and to synchronisations of others, before each answer. */
  OLD_ANSWERS_FIRST,
  /**
   * Sends what is no answer before each answer: no JSON, no UTF-8, too deep, empty, a long line.
   */
  GARBAGE_FIRST,
  /** Instead of an answer to a command sends a line that never ends. */
  ENDLESS_LINE,
  /** Instead of an answer to a command sends lines without end. */
  ENDLESS_LINES,
  /** Instead of an answer to the synchronisation sends answers to others without end. */
  ENDLESS_SYNCS
}
