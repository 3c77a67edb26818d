package dev.berth.error;

import dev.berth.api.Api;

/**
 * QEMU, or its agent in the guest, answered a command with an error; nothing else is known to have
 * changed.
 */
@Api(since = "0.1")
public final class QemuRefusedException extends BerthException {
  private static final long serialVersionUID = 1;

  private final String command;
  private final String errorClass;
  private final String description;
  private final boolean agents;

  /** QEMU's refusal of that QMP command, with its error class and description. */
  public QemuRefusedException(String command, String errorClass, String description) {
    this(false, command, errorClass, description);
  }

  private QemuRefusedException(
      boolean agents, String command, String errorClass, String description) {
    super(
        ErrorCode.REFUSED_BY_QEMU,
        (agents ? "The guest agent" : "QEMU")
            + " refused '"
            + command
            + "': "
            + description
            + " ("
            + errorClass
            + ")",
        null);
    this.command = command;
    this.errorClass = errorClass;
    this.description = description;
    this.agents = agents;
  }

  /** The guest agent's refusal of that command, with its error class and description. */
  public static QemuRefusedException byGuestAgent(
      String command, String errorClass, String description) {
    return new QemuRefusedException(true, command, errorClass, description);
  }

  /** The command, QMP's or the guest agent's. */
  public String command() {
    return command;
  }

  /** Whether it was the guest agent that refused it, and not QEMU. */
  public boolean isByGuestAgent() {
    return agents;
  }

  /** QAPI {@code QapiErrorClass}, mostly {@code GenericError}. */
  public String errorClass() {
    return errorClass;
  }

  /** QEMU's or the agent's own words. */
  public String description() {
    return description;
  }
}
