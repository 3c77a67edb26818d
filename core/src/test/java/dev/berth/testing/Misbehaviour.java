package dev.berth.testing;

/** What a {@link FakeQemu} does wrong. Those that concern replies concern every command's. */
public enum Misbehaviour {
  /** Nothing. */
  NONE,
  /** Accepts and says nothing, as QEMU does to the second client of a monitor. */
  NO_GREETING,
  /** Greets as something that is not QEMU. */
  GARBAGE_GREETING,
  /** Sends half of the greeting, then nothing. */
  HALF_GREETING_THEN_SILENCE,
  /** Accepts and hangs up. */
  CLOSE_BEFORE_GREETING,
  /** Answers {@code qmp_capabilities} with an error. */
  REFUSE_CAPABILITIES,
  /** Sends an event before its greeting. */
  EVENT_BEFORE_GREETING,
  /** Sends an event between its greeting and the reply to {@code qmp_capabilities}. */
  EVENT_INSIDE_HANDSHAKE,
  /** Reads commands and never answers. */
  SILENCE_AFTER_HANDSHAKE,
  /** Reads nothing after the handshake. */
  NEVER_READ,
  /** Sends a line that is not JSON instead of a reply. */
  GARBAGE_LINE,
  /** Sends JSON that is not QMP instead of a reply. */
  ALIEN_LINE,
  /** Sends half of a reply, then nothing. */
  HALF_LINE_THEN_SILENCE,
  /** Sends a line of 20 MiB instead of a reply. */
  TWENTY_MEBIBYTE_LINE,
  /** Hangs up in the middle of a reply. */
  CLOSE_MID_REPLY,
  /** Hangs up instead of replying. */
  CLOSE_INSTEAD_OF_REPLY,
  /** Sends a reply to a command that nobody gave before each reply. */
  UNKNOWN_ID,
  /** Answers with the error that QEMU sends when it could not parse the command. */
  ERROR_WITHOUT_ID,
  /** Sends each reply in writes of one byte. */
  REPLY_SPLIT_AT_EVERY_BYTE,
  /** Sends a reply that is nested 100,000 levels deep. */
  DEEPLY_NESTED_REPLY,
  /** Greets a second time instead of replying. */
  SECOND_GREETING
}
