package dev.berth.tls;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A PEM file that cannot be used; the message names it, says why, and what to do. */
public final class UnusableFileException extends IOException {
  private static final long serialVersionUID = 1;

  UnusableFileException(String message) {
    this(message, null);
  }

  UnusableFileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
