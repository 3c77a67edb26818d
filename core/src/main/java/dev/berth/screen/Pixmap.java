package dev.berth.screen;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A binary PPM as QEMU writes it: {@code P6}, width, height and 255, then three bytes a pixel.
 * Nothing that a stranger may have written there is believed.
 */
final class Pixmap {
  static final int BYTES_PER_PIXEL = 3;

  /** More than the widest screen that a graphics card of QEMU's can have. */
  private static final int LARGEST_SIDE = 32 * 1024;

  /** Far more than a screen of 8K. */
  private static final long MOST_PIXELS = 128L << 20;

  private static final int LARGEST_VALUE = 255;
  private static final int LONGEST_NUMBER = 6;

  private final InputStream source;
  private final int width;
  private final int height;

  private Pixmap(InputStream source, int width, int height) {
    this.source = source;
    this.width = width;
    this.height = height;
  }

  /** Reads what stands before the pixels. */
  static Pixmap read(InputStream source) throws IOException {
    if (source.read() != 'P' || source.read() != '6' || source.read() != '\n') {
      throw new IOException("it is no pixmap");
    }
    int width = number(source);
    int height = number(source);
    int largest = number(source);
    if (width < 1 || height < 1 || width > LARGEST_SIDE || height > LARGEST_SIDE) {
      throw new IOException("it is " + width + " by " + height + " pixels");
    }
    if ((long) width * height > MOST_PIXELS) {
      throw new IOException("it has " + (long) width * height + " pixels, which are too many");
    }
    if (largest != LARGEST_VALUE) {
      throw new IOException("its colours go up to " + largest + ", not " + LARGEST_VALUE);
    }
    return new Pixmap(source, width, height);
  }

  private static int number(InputStream source) throws IOException {
    int value = 0;
    for (int digits = 0; digits <= LONGEST_NUMBER; digits++) {
      int next = source.read();
      if (next >= '0' && next <= '9') {
        value = value * 10 + (next - '0');
      } else if (digits > 0 && (next == ' ' || next == '\n')) {
        return value;
      } else {
        break;
      }
    }
    throw new IOException("its first line is damaged");
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** The next row of pixels, from the top. */
  byte[] row() throws IOException {
    byte[] row = source.readNBytes(width * BYTES_PER_PIXEL);
    if (row.length < width * BYTES_PER_PIXEL) {
      throw new EOFException("it is cut short");
    }
    return row;
  }
}
