package dev.berth.qapi;

/**
 * What QEMU does when the guest panics.
 *
 * <p>QAPI {@code PanicAction}, run-state.json; since 6.0. Open: a value that a later QEMU adds is
 * kept as it came.
 *
 * @param value the word on the wire
 */
public record PanicAction(String value) {
  /** Lets it go on. */
  public static final PanicAction NONE = new PanicAction("none");

  /** Stops it and stays. */
  public static final PanicAction PAUSE = new PanicAction("pause");

  /** Shuts it down. */
  public static final PanicAction SHUTDOWN = new PanicAction("shutdown");

  /** Exits with a failure; since 7.1. */
  public static final PanicAction EXIT_FAILURE = new PanicAction("exit-failure");

  @Override
  public String toString() {
    return value;
  }
}
