package dev.berth.qmp;

import org.jspecify.annotations.Nullable;

/** Reads a reply as a connection does, for what measures or tests that alone. */
public final class TypedReply {
  private TypedReply() {}

  /**
   * The value in QEMU's reply to that command.
   *
   * @param line the reply, its line end left out
   * @throws dev.berth.error.BerthException when it is a refusal, or not what is expected
   */
  public static <R extends @Nullable Object> R read(QmpCommand<R> command, byte[] line) {
    try {
      return ((WireMessage.Reply) WireMessage.decode(line, 0, line.length))
          .outcome()
          .result(command);
    } catch (WireException notQmp) {
      throw new IllegalArgumentException(notQmp);
    }
  }
}
