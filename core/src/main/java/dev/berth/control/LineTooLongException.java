package dev.berth.control;

import java.io.IOException;

/** A peer sent a line that is longer than the protocol allows. */
final class LineTooLongException extends IOException {
  private static final long serialVersionUID = 1;

  LineTooLongException(int maxBytes) {
    super("a line is longer than " + maxBytes + " bytes");
  }
}
