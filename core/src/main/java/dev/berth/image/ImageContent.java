package dev.berth.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;

/**
 * What an image has of a disk, by its own header while nobody writes to it.
 *
 * @param bytes what a guest sees of it; whole sectors, as QEMU has it
 * @param isEncrypted whether nobody can read it without a secret
 * @param bitmaps those that are kept in it
 */
public record ImageContent(long bytes, boolean isEncrypted, List<ImageBitmap> bitmaps) {
  private static final long SECTOR = 512;

  /** Copies the list. */
  public ImageContent {
    bitmaps = List.copyOf(bitmaps);
  }

  /** What that file has; empty when it is not of that format. */
  public static Optional<ImageContent> read(FileChannel file, ImageFormat format)
      throws IOException {
    if (format == ImageFormat.RAW) {
      long sectors = (file.size() + SECTOR - 1) / SECTOR;
      return Optional.of(new ImageContent(sectors * SECTOR, false, List.of()));
    }
    Optional<Qcow2Header> header = Qcow2Header.read(file);
    return header.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ImageContent(
                header.get().virtualSize(),
                header.get().encryption() != 0,
                Qcow2Bitmaps.read(file)));
  }
}
