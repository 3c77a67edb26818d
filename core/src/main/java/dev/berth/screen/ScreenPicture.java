package dev.berth.screen;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Makes PNG of the pixmaps that every QEMU writes. Its own PNG, since 7.1 and not in every build,
 * takes QEMU several times as long, and its guest waits for that. A picture passes row by row, so
 * that a large one costs no more memory than its PNG.
 */
public final class ScreenPicture {
  /** What fits into one reply of the control protocol. */
  public static final int LARGEST_BYTES = 16 << 20;

  private ScreenPicture() {}

  /**
   * Converts.
   *
   * @param pixmap a binary PPM; is not closed
   * @throws IOException when it is none, is cut short, or becomes more than {@link #LARGEST_BYTES}
   */
  public static byte[] png(InputStream pixmap) throws IOException {
    Pixmap picture = Pixmap.read(new BufferedInputStream(pixmap));
    try (PngWriter png = new PngWriter(picture.width(), picture.height(), LARGEST_BYTES)) {
      for (int row = 0; row < picture.height(); row++) {
        png.row(picture.row());
      }
      return png.finish();
    }
  }
}
