package dev.berth.qmp;

import org.jspecify.annotations.Nullable;

/** What came over the wire ends the connection. */
final class WireException extends Exception {
  private static final long serialVersionUID = 1;

  private final QmpDisconnect.Reason reason;

  WireException(QmpDisconnect.Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  QmpDisconnect disconnect() {
    String message = getMessage();
    return new QmpDisconnect(reason, message == null ? reason.name() : message, getCause());
  }
}
