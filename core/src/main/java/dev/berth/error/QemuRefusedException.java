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

  /** QEMU's refusal of that QMP command, with its error class and description. */
  public QemuRefusedException(String command, String errorClass, String description) {
    this("QEMU", command, errorClass, description);
  }

  private QemuRefusedException(String who, String command, String errorClass, String description) {
    super(
        ErrorCode.REFUSED_BY_QEMU,
        who + " refused '" + command + "': " + description + " (" + errorClass + ")",
        null);
    this.command = command;
    this.errorClass = errorClass;
    this.description = description;
  }

  /** The guest agent's refusal of that command, with its error class and description. */
  public static QemuRefusedException byGuestAgent(
      String command, String errorClass, String description) {
    return new QemuRefusedException("The guest agent", command, errorClass, description);
  }

  /** The command, QMP's or the guest agent's. */
  public String command() {
    return command;
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
