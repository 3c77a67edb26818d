package dev.berth.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.berth.image.ImageFormat;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * An image that a domain takes along: made anew where it goes, and filled, while its guest goes on
 * or before it is handed over.
 *
 * @param disk the disk's name in the definition
 * @param node the block node that the guest reads and writes, here and there
 * @param file absolute path of the image there
 * @param format how it is written there
 * @param size of what is copied, in bytes
 * @param allocated how much of that there is something in, in bytes; about
 * @param content what of it is copied
 */
public record CopiedImage(
    String disk,
    String node,
    Path file,
    ImageFormat format,
    long size,
    long allocated,
    Content content) {

  /** What of an image is copied. */
  public enum Content {
    /** What is on the disk, into an image that stands on nothing. */
    DISK,
    /** The file as it is, with all that is kept in it. */
    FILE
  }

  /** One of which it is copied what is on the disk. */
  public CopiedImage(
      String disk, String node, Path file, ImageFormat format, long size, long allocated) {
    this(disk, node, file, format, size, allocated, Content.DISK);
  }

  /** How QEMU writes what comes: a file that comes as it is is bytes until all of it is there. */
  public ImageFormat writtenAs() {
    return switch (content) {
      case DISK -> format;
      case FILE -> ImageFormat.RAW;
    };
  }

  /** Such images as JSON. */
  public static String text(List<CopiedImage> images) {
    return Json.text(write(images));
  }

  /**
   * The images that {@link #text} made that from; none of an empty one.
   *
   * @throws MalformedReplyException when there are none in it
   */
  public static List<CopiedImage> read(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    try {
      return read(Json.elements(Json.read(text)));
    } catch (IOException noJson) {
      throw new MalformedReplyException("no copied images: " + noJson.getMessage());
    }
  }

  static ArrayNode write(List<CopiedImage> images) {
    ArrayNode all = Json.array();
    for (CopiedImage image : images) {
      all.addObject()
          .put("disk", image.disk)
          .put("node", image.node)
          .put("file", image.file.toString())
          .put("format", image.format.text())
          .put("size", image.size)
          .put("allocated", image.allocated)
          .put("content", image.content.name());
    }
    return all;
  }

  static List<CopiedImage> read(List<JsonNode> images) {
    return images.stream().map(CopiedImage::read).toList();
  }

  private static CopiedImage read(JsonNode image) {
    String format = Json.text(image, "format");
    return new CopiedImage(
        Json.text(image, "disk"),
        Json.text(image, "node"),
        path(Json.text(image, "file")),
        ImageFormat.of(format)
            .orElseThrow(() -> new MalformedReplyException("a format is '" + format + "'")),
        Json.number(image, "size"),
        Json.number(image, "allocated"),
        content(Json.optionalText(image, "content").orElse(Content.DISK.name())));
  }

  private static Content content(String text) {
    try {
      return Content.valueOf(text);
    } catch (IllegalArgumentException unknown) {
      throw new MalformedReplyException("what is copied is '" + text + "'");
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException wrong) {
      throw new MalformedReplyException("a path is '" + wrong.getReason() + "'");
    }
  }
}
