package dev.berth.machine;

import java.nio.file.Path;

/**
 * An open file that somebody gives for an image to be written to.
 *
 * @param kind what it is
 * @param bytes how long it was
 * @param place what it was called, as the kernel told it
 */
public record TargetFile(Kind kind, long bytes, Path place) {

  /** What such a file is. */
  public enum Kind {
    /** A file, which takes the length that it is told. */
    FILE,
    /** A block device, which has its length. */
    BLOCK_DEVICE
  }
}
