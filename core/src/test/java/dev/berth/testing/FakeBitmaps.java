package dev.berth.testing;

import dev.berth.image.ImageBitmap;
import dev.berth.image.ImageContent;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageTask.Bitmap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Bitmaps in the header of an image without content, as qcow2 has them. Stateless. */
public final class FakeBitmaps {
  private static final int AUTOCLEAR = 88;
  private static final int EXTENSION = 104;
  private static final int DIRECTORY = 1024;
  private static final int ENTRY_BYTES = 24;
  private static final int AUTO = 2;
  private static final int IN_USE = 1;

  private FakeBitmaps() {}

  /** Those in that image. */
  public static List<ImageBitmap> in(Path image) {
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
      return ImageContent.read(file, ImageFormat.QCOW2).orElseThrow().bitmaps();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Does what is to be done with one. */
  static void change(Bitmap bitmap) {
    List<ImageBitmap> all = new ArrayList<>(in(bitmap.image()));
    all.removeIf(it -> it.name().equals(bitmap.name()));
    switch (bitmap.change()) {
      case ADD -> all.add(new ImageBitmap(bitmap.name(), true, false));
      case DISABLE -> all.add(new ImageBitmap(bitmap.name(), false, false));
      case REMOVE -> {}
    }
    put(bitmap.image(), all);
  }

  /** Has that image have those. */
  public static void put(Path image, List<ImageBitmap> bitmaps) {
    ByteBuffer directory = ByteBuffer.allocate(64 * 1024);
    for (ImageBitmap bitmap : bitmaps) {
      byte[] name = bitmap.name().getBytes(StandardCharsets.UTF_8);
      int flags = bitmap.inconsistent() ? AUTO | IN_USE : bitmap.recording() ? AUTO : 0;
      int next = (directory.position() + ENTRY_BYTES + name.length + 7) / 8 * 8;
      directory.putLong(0).putInt(0).putInt(flags).put((byte) 1).put((byte) 16);
      directory.putShort((short) name.length).putInt(0).put(name).position(next);
    }
    directory.flip();
    ByteBuffer extension = ByteBuffer.allocate(40).putInt(0x23852875).putInt(24);
    extension.putInt(bitmaps.size()).putInt(0).putLong(directory.limit()).putLong(DIRECTORY);
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(8).putLong(0, 1), AUTOCLEAR);
      file.write(extension.rewind(), EXTENSION);
      file.write(directory, DIRECTORY);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
