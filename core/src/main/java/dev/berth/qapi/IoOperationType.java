package dev.berth.qapi;

/**
 * The direction of a disk access.
 *
 * <p>QAPI {@code IoOperationType}, block-core.json. Open: a value that a later QEMU adds is kept as
 * it came.
 *
 * @param value the word on the wire
 */
public record IoOperationType(String value) {
  /** From the disk. */
  public static final IoOperationType READ = new IoOperationType("read");

  /** To the disk. */
  public static final IoOperationType WRITE = new IoOperationType("write");

  @Override
  public String toString() {
    return value;
  }
}
