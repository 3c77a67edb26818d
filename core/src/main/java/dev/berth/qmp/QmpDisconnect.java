package dev.berth.qmp;

import org.jspecify.annotations.Nullable;

/**
 * Why a connection ended: the first cause, which every pending call is failed with.
 *
 * @param reason the kind of end
 * @param message what happened, for people
 * @param cause the failure behind it, if there was one
 */
public record QmpDisconnect(Reason reason, String message, @Nullable Throwable cause) {

  /** The kinds of end. */
  public enum Reason {
    /** QEMU hung up: it exited, was killed, or closed its monitor. */
    HUNG_UP,
    /** QEMU, or whoever sits there, sent something that is not QMP. */
    NOT_QMP,
    /** A line grew beyond the limit without an end. */
    FRAME_TOO_LONG,
    /** QEMU could not read something we sent, and so could not say to which command it belongs. */
    REJECTED,
    /** The socket failed. */
    IO_FAILURE,
    /** {@link QmpConnection#close()} or {@link QmpLoop#close()} was called. */
    CLOSED
  }

  static QmpDisconnect of(Reason reason, String message) {
    return new QmpDisconnect(reason, message, null);
  }
}
