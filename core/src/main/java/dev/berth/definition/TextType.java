package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A text of a certain shape.
 *
 * @param expected such as {@code an IPv4 address such as 127.0.0.1}
 * @param pattern that the whole text matches; in the dialect that Java and ECMA-262 share
 * @param parse makes the value of a text that matches
 * @param print makes the text again
 */
record TextType<T>(
    String expected, Pattern pattern, Function<String, T> parse, Function<T, String> print)
    implements ValueType<T> {

  /** A text that is its own value. */
  static TextType<String> of(String expected, String pattern) {
    return new TextType<>(
        expected, Pattern.compile(pattern), Function.identity(), Function.identity());
  }

  @Override
  public Optional<T> read(Node node, Place place) {
    Optional<String> text = text(node, place, expected);
    if (text.isPresent() && !pattern.matcher(text.get()).matches()) {
      place.reportMismatch(node, expected);
      return Optional.empty();
    }
    return text.map(parse);
  }

  /** The text that stands there, whatever it is; anything else than a text is reported. */
  static Optional<String> text(Node node, Place place, String expected) {
    if (node instanceof Node.Text text) {
      return Optional.of(text.value());
    }
    if (node instanceof Node.Number number) {
      place.report(
          node.position(),
          "expected "
              + expected
              + ", found a number: if it is meant as a text, write it in quotes, \""
              + Quotation.cut(number.digits())
              + "\"");
    } else if (node instanceof Node.Flag flag) {
      place.report(
          node.position(),
          String.format(
              "expected %s, found true or false: if it is meant as a text, write it in quotes, \"%s\"",
              expected, flag.value()));
    } else {
      place.reportMismatch(node, expected);
    }
    return Optional.empty();
  }

  @Override
  public JsonNode write(T value) {
    return TextNode.valueOf(print.apply(value));
  }

  @Override
  public ObjectNode schema() {
    return schema(pattern.pattern());
  }

  /** The schema of a text that matches the pattern as a whole. */
  static ObjectNode schema(String pattern) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "string")
        .put("pattern", "^(?:" + pattern + ")$");
  }
}
