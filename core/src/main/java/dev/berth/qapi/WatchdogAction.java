package dev.berth.qapi;

/**
 * What QEMU does when the watchdog barks.
 *
 * <p>QAPI {@code WatchdogAction}, run-state.json. Open: a value that a later QEMU adds is kept as
 * it came.
 *
 * @param value the word on the wire
 */
public record WatchdogAction(String value) {
  /** Resets the machine. */
  public static final WatchdogAction RESET = new WatchdogAction("reset");

  /** Asks the guest to power off. */
  public static final WatchdogAction SHUTDOWN = new WatchdogAction("shutdown");

  /** Ends the guest. */
  public static final WatchdogAction POWEROFF = new WatchdogAction("poweroff");

  /** Stops the guest. */
  public static final WatchdogAction PAUSE = new WatchdogAction("pause");

  /** Prints a message. */
  public static final WatchdogAction DEBUG = new WatchdogAction("debug");

  /** Nothing. */
  public static final WatchdogAction NONE = new WatchdogAction("none");

  /** Sends a non-maskable interrupt to the first CPU. */
  public static final WatchdogAction INJECT_NMI = new WatchdogAction("inject-nmi");

  @Override
  public String toString() {
    return value;
  }
}
