package dev.berth.qmp;

/**
 * Notes the messages of a connection as they pass, in their order; {@link Secrets} are masked. It
 * is called on the selector thread, for every message: it must be quick, must not wait for anything
 * and must not throw.
 */
@FunctionalInterface
public interface QmpRecorder {
  /** Notes nothing. */
  QmpRecorder NONE = (direction, buffer, offset, length) -> {};

  /** Which way a message goes. */
  enum Direction {
    /** To QEMU; noted when its first byte is about to be written. */
    SENT,
    /** From QEMU; noted before anybody acts on it. */
    RECEIVED
  }

  /**
   * A message, without its line end. What came from QEMU need not be JSON.
   *
   * @param buffer is reused afterwards: whoever wants the message copies it
   */
  void message(Direction direction, byte[] buffer, int offset, int length);

  /** The connection has ended. */
  default void ended(QmpDisconnect cause) {}
}
