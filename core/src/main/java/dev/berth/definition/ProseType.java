package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;

/**
 * Any text on one line, up to a length.
 *
 * @param subject such as {@code a kernel command line}
 * @param minimum fewest characters
 * @param limit most characters
 */
record ProseType(String subject, int minimum, int limit) implements ValueType<String> {
  private static final String ONE_LINE = "[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*";

  @Override
  public String expected() {
    return subject + " of at most " + limit + " characters on one line";
  }

  @Override
  public Optional<String> read(Node node, Place place) {
    return TextType.text(node, place, expected())
        .filter(text -> isAccepted(text, node.position(), place));
  }

  /** Whether that text is one; reports why not. */
  boolean isAccepted(String text, Position position, Place place) {
    int length = text.codePointCount(0, text.length());
    if (length > limit) {
      place.report(
          position,
          subject
              + " has at most "
              + limit
              + " characters, this one has "
              + length
              + ": shorten it");
    } else if (length < minimum) {
      place.report(position, "expected " + subject + ", found an empty text");
    } else {
      return isOneLine(text, position, place);
    }
    return false;
  }

  /** Whether nothing in the text would break a line, end a string or steer a terminal. */
  private boolean isOneLine(String text, Position position, Place place) {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int character = text.codePointAt(i);
      int type = Character.getType(character);
      if (type == Character.CONTROL
          || type == Character.SURROGATE
          || type == Character.LINE_SEPARATOR
          || type == Character.PARAGRAPH_SEPARATOR) {
        place.report(
            position,
            String.format(
                "%s is plain text on one line, this one contains the character U+%04X: remove it",
                subject, character));
        return false;
      }
    }
    return true;
  }

  @Override
  public JsonNode write(String value) {
    return TextNode.valueOf(value);
  }

  @Override
  public ObjectNode schema() {
    ObjectNode schema = TextType.schema(ONE_LINE);
    if (minimum > 0) {
      schema.put("minLength", minimum);
    }
    return schema.put("maxLength", limit);
  }
}
