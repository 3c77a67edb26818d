package dev.berth.nbd;

import java.io.IOException;

/** An NBD server has answered a request with an error, so it is not a matter of the connection. */
public final class NbdErrorException extends IOException {
  private static final long serialVersionUID = 1;

  NbdErrorException(String message) {
    super(message);
  }
}
