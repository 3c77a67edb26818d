package dev.berth.qapi;

/**
 * Whether a disk works.
 *
 * <p>QAPI {@code BlockDeviceIoStatus}, block-core.json. Open: a value that a later QEMU adds is
 * kept as it came.
 *
 * @param value the word on the wire
 */
public record BlockDeviceIoStatus(String value) {
  /** It does. */
  public static final BlockDeviceIoStatus OK = new BlockDeviceIoStatus("ok");

  /** It stopped the guest with an error. */
  public static final BlockDeviceIoStatus FAILED = new BlockDeviceIoStatus("failed");

  /** It stopped the guest because the host has no space. */
  public static final BlockDeviceIoStatus NOSPACE = new BlockDeviceIoStatus("nospace");

  @Override
  public String toString() {
    return value;
  }
}
