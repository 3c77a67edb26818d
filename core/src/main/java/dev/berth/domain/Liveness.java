package dev.berth.domain;

import dev.berth.api.Api;

/** Whether a machine's QEMU answers. */
@Api(since = "0.1")
public enum Liveness {
  /** Commands are answered. */
  RESPONSIVE("responsive"),
  /** A command is overdue, but the out-of-band probe is answered: QEMU is busy. */
  BUSY("busy"),
  /** Nothing is answered: QEMU is stopped or frozen. */
  STALLED("stalled"),
  /** The process has ended. */
  GONE("gone");

  private final String text;

  Liveness(String text) {
    this.text = text;
  }

  /** The word as people and programs read it. */
  public String text() {
    return text;
  }

  /** The liveness of that text. */
  public static Liveness of(String text) {
    for (Liveness liveness : values()) {
      if (liveness.text.equals(text)) {
        return liveness;
      }
    }
    throw new IllegalArgumentException("no liveness is called '" + text + "'");
  }
}
