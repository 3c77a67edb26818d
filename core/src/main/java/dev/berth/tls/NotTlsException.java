package dev.berth.tls;

import java.io.IOException;

/** A peer has begun a connection with something that is no TLS. */
public final class NotTlsException extends IOException {
  private static final long serialVersionUID = 1;

  NotTlsException() {
    super("what came is no TLS");
  }
}
