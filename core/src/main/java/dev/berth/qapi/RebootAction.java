package dev.berth.qapi;

/**
 * What QEMU does when the guest reboots.
 *
 * <p>QAPI {@code RebootAction}, run-state.json; since 6.0. Open: a value that a later QEMU adds is
 * kept as it came.
 *
 * @param value the word on the wire
 */
public record RebootAction(String value) {
  /** Resets the machine. */
  public static final RebootAction RESET = new RebootAction("reset");

  /** Shuts it down. */
  public static final RebootAction SHUTDOWN = new RebootAction("shutdown");

  @Override
  public String toString() {
    return value;
  }
}
