package dev.berth.qapi;

/**
 * What QEMU does about a failed disk access.
 *
 * <p>QAPI {@code BlockErrorAction}, block-core.json. Open: a value that a later QEMU adds is kept
 * as it came.
 *
 * @param value the word on the wire
 */
public record BlockErrorAction(String value) {
  /** Pretends that it worked. */
  public static final BlockErrorAction IGNORE = new BlockErrorAction("ignore");

  /** Tells the guest. */
  public static final BlockErrorAction REPORT = new BlockErrorAction("report");

  /** Stops the guest. */
  public static final BlockErrorAction STOP = new BlockErrorAction("stop");

  @Override
  public String toString() {
    return value;
  }
}
