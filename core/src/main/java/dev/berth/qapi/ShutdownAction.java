package dev.berth.qapi;

/**
 * What QEMU does when the guest powers off.
 *
 * <p>QAPI {@code ShutdownAction}, run-state.json; since 6.0. Open: a value that a later QEMU adds
 * is kept as it came.
 *
 * @param value the word on the wire
 */
public record ShutdownAction(String value) {
  /** Exits. */
  public static final ShutdownAction POWEROFF = new ShutdownAction("poweroff");

  /** Stops and stays, so that the end can be queried. */
  public static final ShutdownAction PAUSE = new ShutdownAction("pause");

  @Override
  public String toString() {
    return value;
  }
}
