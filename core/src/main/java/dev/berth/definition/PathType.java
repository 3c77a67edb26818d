package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file's path; a relative one starts from the document's directory. Whether it exists is not
 * asked.
 */
final class PathType implements ValueType<Path> {
  /** Linux PATH_MAX, 4096, counts the NUL at the end. */
  private static final int MAX_BYTES = 4095;

  private static final ProseType TEXT = new ProseType("a path", 1, MAX_BYTES);

  @Override
  public String expected() {
    return "a path";
  }

  @Override
  public Optional<Path> read(Node node, Place place) {
    return TextType.text(node, place, expected())
        .filter(text -> TEXT.isAccepted(text, node.position(), place))
        .flatMap(text -> resolved(text, node.position(), place));
  }

  private static Optional<Path> resolved(String text, Position position, Place place) {
    Path path;
    try {
      path = place.reading().baseDirectory().resolve(text);
    } catch (InvalidPathException unmappable) {
      place.report(
          position,
          "this host's locale cannot express the path "
              + Quotation.of(text)
              + ": run Berth in a UTF-8 locale (LC_ALL=C.UTF-8), or rename the file");
      return Optional.empty();
    }
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      place.report(
          position,
          "an absolute path has at most "
              + MAX_BYTES
              + " bytes, this one has "
              + bytes
              + ": move the file closer to the root directory");
      return Optional.empty();
    }
    return Optional.of(withoutDots(path));
  }

  /** Drops {@code ./}, but keeps {@code ../}: behind a symbolic link it leads somewhere else. */
  private static Path withoutDots(Path path) {
    for (Path part : path) {
      if (part.toString().equals("..")) {
        return path;
      }
    }
    return path.normalize();
  }

  @Override
  public JsonNode write(Path value) {
    return TextNode.valueOf(value.toString());
  }

  @Override
  public ObjectNode schema() {
    return TEXT.schema();
  }
}
