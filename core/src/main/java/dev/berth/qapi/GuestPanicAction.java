package dev.berth.qapi;

/**
 * What QEMU does about a panic of the guest.
 *
 * <p>QAPI {@code GuestPanicAction}, run-state.json. Open: a value that a later QEMU adds is kept as
 * it came.
 *
 * @param value the word on the wire
 */
public record GuestPanicAction(String value) {
  /** It stopped the guest. */
  public static final GuestPanicAction PAUSE = new GuestPanicAction("pause");

  /** It ends the guest. */
  public static final GuestPanicAction POWEROFF = new GuestPanicAction("poweroff");

  /** It lets the guest go on. */
  public static final GuestPanicAction RUN = new GuestPanicAction("run");

  @Override
  public String toString() {
    return value;
  }
}
