package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.ByteSize;
import dev.berth.error.InvalidRequestException;
import dev.berth.image.Image;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.Pool;
import dev.berth.image.PoolName;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Pools and images as JSON, on the wire and for programs that read {@code vmctl -o json}. A format
 * that this version does not know reads as none, with the word in the problem.
 */
public final class ImageCodec {
  private ImageCodec() {}

  /** A pool. */
  public static ObjectNode write(Pool pool) {
    ObjectNode node = Json.object();
    node.put("name", pool.name().text());
    node.put("directory", pool.directory().toString());
    node.put("images", pool.images());
    pool.space()
        .ifPresent(
            space -> {
              node.put("imagesBytes", space.images().bytes());
              node.put("freeBytes", space.free().bytes());
            });
    pool.problem().ifPresent(problem -> node.put("problem", problem));
    return node;
  }

  /** Pools, in their order. */
  public static ArrayNode pools(List<Pool> pools) {
    ArrayNode array = Json.array();
    pools.forEach(pool -> array.add(write(pool)));
    return array;
  }

  /** An image. */
  public static ObjectNode write(Image image) {
    ObjectNode node = Json.object();
    node.put("name", image.name().text());
    node.put("file", image.file().toString());
    image.format().ifPresent(format -> node.put("format", format.text()));
    image.size().ifPresent(size -> node.put("sizeBytes", size.bytes()));
    node.put("allocatedBytes", image.allocated().bytes());
    image.standsOn().ifPresent(below -> node.put("standsOn", below));
    image.problem().ifPresent(problem -> node.put("problem", problem));
    return node;
  }

  /** Images, in their order. */
  public static ArrayNode images(List<Image> images) {
    ArrayNode array = Json.array();
    images.forEach(image -> array.add(write(image)));
    return array;
  }

  static Pool pool(JsonNode node) {
    OptionalLong images = Json.optionalNumber(node, "imagesBytes");
    OptionalLong free = Json.optionalNumber(node, "freeBytes");
    return checked(
        () ->
            new Pool(
                new PoolName(Json.text(node, "name")),
                Path.of(Json.text(node, "directory")),
                Math.toIntExact(Json.number(node, "images")),
                images.isPresent() && free.isPresent()
                    ? Optional.of(
                        new Pool.Space(
                            new ByteSize(images.getAsLong()), new ByteSize(free.getAsLong())))
                    : Optional.empty(),
                Json.optionalText(node, "problem")));
  }

  static List<Pool> pools(JsonNode node) {
    return Json.elements(node).stream().map(ImageCodec::pool).toList();
  }

  static Image image(JsonNode node) {
    Optional<String> word = Json.optionalText(node, "format");
    Optional<ImageFormat> format = word.flatMap(ImageFormat::of);
    OptionalLong size = Json.optionalNumber(node, "sizeBytes");
    return checked(
        () ->
            new Image(
                ImageName.of(Json.text(node, "name")),
                Path.of(Json.text(node, "file")),
                format,
                size.isPresent() ? Optional.of(new ByteSize(size.getAsLong())) : Optional.empty(),
                new ByteSize(Json.number(node, "allocatedBytes")),
                Json.optionalText(node, "standsOn"),
                Json.optionalText(node, "problem")
                    .or(
                        () ->
                            word.filter(it -> format.isEmpty())
                                .map(it -> "format '" + it + "' is newer than this version"))));
  }

  static List<Image> images(JsonNode node) {
    return Json.elements(node).stream().map(ImageCodec::image).toList();
  }

  private static <T> T checked(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (InvalidRequestException | IllegalArgumentException | ArithmeticException wrong) {
      throw new MalformedReplyException("no pool or image: " + wrong.getMessage());
    }
  }
}
