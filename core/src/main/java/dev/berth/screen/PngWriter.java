package dev.berth.screen;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes a PNG of three bytes a pixel, row by row: a signature, then chunks, each with its length,
 * type and checksum. Each row says how it differs from the one above, which suits screens.
 */
final class PngWriter implements AutoCloseable {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte BITS_PER_COLOUR = 8;
  private static final byte TRUE_COLOUR = 2;
  private static final byte FILTER_UP = 2;
  private static final int HEADER_BYTES = 13;

  /** Nearly as small as by the best level, at half its time. */
  private static final int LEVEL = 4;

  private final int limit;
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private final ByteArrayOutputStream pixels = new ByteArrayOutputStream();
  private final Deflater deflater = new Deflater(LEVEL);
  private final DeflaterOutputStream compressed = new DeflaterOutputStream(pixels, deflater);
  private byte[] above;

  PngWriter(int width, int height, int limit) {
    this.limit = limit;
    this.above = new byte[width * Pixmap.BYTES_PER_PIXEL];
    file.writeBytes(SIGNATURE);
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).putInt(width).putInt(height);
    header.put(BITS_PER_COLOUR).put(TRUE_COLOUR); // compression, filter and order are all 0
    chunk("IHDR", header.array());
  }

  /** Adds the next row from the top. */
  void row(byte[] row) throws IOException {
    byte[] difference = new byte[row.length + 1];
    difference[0] = FILTER_UP;
    for (int i = 0; i < row.length; i++) {
      difference[i + 1] = (byte) (row[i] - above[i]);
    }
    above = row;
    compressed.write(difference);
    if (pixels.size() > limit) {
      throw new IOException("its PNG has more than " + limit + " bytes");
    }
  }

  /** The whole file, when it has all rows. */
  byte[] finish() throws IOException {
    compressed.finish();
    chunk("IDAT", pixels.toByteArray());
    chunk("IEND", new byte[0]);
    if (file.size() > limit) {
      throw new IOException("its PNG has more than " + limit + " bytes");
    }
    return file.toByteArray();
  }

  /** Frees the compressor, which is no Java object. */
  @Override
  public void close() {
    deflater.end();
  }

  private void chunk(String type, byte[] data) {
    byte[] typed = ByteBuffer.allocate(4 + data.length).put(ascii(type)).put(data).array();
    CRC32 checksum = new CRC32();
    checksum.update(typed);
    file.writeBytes(number(data.length));
    file.writeBytes(typed);
    file.writeBytes(number((int) checksum.getValue()));
  }

  private static byte[] ascii(String type) {
    return type.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }
}
