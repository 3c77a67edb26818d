package dev.berth.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * As much of DER (X.690) as it takes to put a private key of OpenSSL's older forms into PKCS#8,
 * which is what the JDK reads.
 */
final class Der {
  static final int INTEGER = 0x02;
  static final int OCTET_STRING = 0x04;
  static final int SEQUENCE = 0x30;

  /** The first optional part of a SEC 1 key: its curve. */
  static final int CONTEXT_0 = 0xa0;

  private static final int LONG_FORM = 0x80;

  private final byte[] bytes;
  private int at;

  /** Reads from the beginning of these. */
  Der(byte[] bytes) {
    this.bytes = bytes;
  }

  boolean hasMore() {
    return at < bytes.length;
  }

  /** The tag of the next value. */
  int tag() {
    return bytes[at] & 0xff;
  }

  /**
   * The content of the next value.
   *
   * @throws IllegalArgumentException when the bytes end before it does
   */
  byte[] next() {
    if (bytes.length - at < 2) {
      throw new IllegalArgumentException("the data ends too early");
    }
    int length = bytes[at + 1] & 0xff;
    at += 2;
    if (length >= LONG_FORM) {
      int count = length - LONG_FORM;
      if (count > 3 || count > bytes.length - at) {
        throw new IllegalArgumentException("the data ends too early");
      }
      length = 0;
      for (int i = 0; i < count; i++) {
        length = length << 8 | bytes[at++] & 0xff;
      }
    }
    if (length > bytes.length - at) {
      throw new IllegalArgumentException("the data ends too early");
    }
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  /** A value with that content, in pieces. */
  static byte[] value(int tag, byte[]... content) {
    int length = 0;
    for (byte[] piece : content) {
      length += piece.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < LONG_FORM) {
      out.write(length);
    } else {
      int count = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
      out.write(LONG_FORM | count);
      for (int i = count - 1; i >= 0; i--) {
        out.write(length >>> 8 * i);
      }
    }
    for (byte[] piece : content) {
      out.writeBytes(piece);
    }
    return out.toByteArray();
  }
}
