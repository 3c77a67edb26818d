package dev.berth.image;

import dev.berth.domain.ByteSize;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageRecipe.Compression;
import java.nio.file.Path;
import java.util.List;

/** One thing that is done with the files of images, by a program that parses them. */
public sealed interface ImageTask {

  /**
   * Which file is written how; nothing of it is taken from a header.
   *
   * @param file absolute path
   * @param format how it is written
   */
  record Layer(Path file, ImageFormat format) {}

  /** Makes an empty image. */
  record Create(Layer target, ByteSize size, Preallocation preallocation) implements ImageTask {}

  /**
   * Makes an image that stands on another.
   *
   * @param reference how the new image's header names the other
   */
  record Overlay(Path target, Layer base, String reference, ByteSize size) implements ImageTask {}

  /**
   * Copies what an image shows into a new one.
   *
   * @param source the image and what it stands on, the uppermost first
   */
  record Copy(List<Layer> source, Layer target, Compression compression) implements ImageTask {
    /** Copies the list. */
    public Copy {
      source = List.copyOf(source);
    }
  }

  /**
   * Gives an image another size.
   *
   * @param image the image and what it stands on, the uppermost first
   */
  record Resize(List<Layer> image, ByteSize size, boolean shrink) implements ImageTask {
    /** Copies the list. */
    public Resize {
      image = List.copyOf(image);
    }
  }

  /** Looks for errors in an image. */
  record Check(Layer image, Repair repair) implements ImageTask {}

  /**
   * Changes one of the bitmaps in a qcow2 image, while nobody writes to it. What the image stands
   * on is not opened.
   *
   * @param name of the bitmap
   */
  record Bitmap(Path image, BitmapChange change, String name) implements ImageTask {}

  /** What becomes of a bitmap, by the words of {@code qemu-img bitmap}. */
  enum BitmapChange {
    /** A new one is there, in which nothing is noted yet and writes are from now on. */
    ADD,
    /** Nothing is noted in it any more; what is, stays. */
    DISABLE,
    /** It is there no more. */
    REMOVE
  }
}
