package dev.berth.control;

import dev.berth.error.BerthException;
import dev.berth.error.OutcomeUnknownException;

/** What a caller can conclude when a call's reply does not come. */
enum CallKind {
  /** Nothing can have changed. */
  READ {
    @Override
    BerthException lost(String method, ControlAddress address, Throwable cause) {
      return address.unreachable(
          "the connection ended before the reply to " + method + " (" + reason(cause) + ")", cause);
    }
  },
  /** The host may or may not have done it, and may be doing it yet. */
  CHANGE {
    @Override
    BerthException lost(String method, ControlAddress address, Throwable cause) {
      return new OutcomeUnknownException(
          "The connection to "
              + address.text()
              + " ended before the reply to "
              + method
              + " ("
              + reason(cause)
              + "): it may or may not have happened. Look before trying again.",
          cause);
    }
  };

  /** The connection ended first, or the reply cannot be understood. */
  abstract BerthException lost(String method, ControlAddress address, Throwable cause);

  private static String reason(Throwable cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
