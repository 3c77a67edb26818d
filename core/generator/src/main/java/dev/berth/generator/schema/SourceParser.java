package dev.berth.generator.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one schema file: JSON with single quotes and with comments. A comment between two lines of
 * {@code ##} documents the expression that follows.
 */
final class SourceParser {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final String text;
  private int at;
  private List<String> comment = List.of();

  SourceParser(String text) {
    this.text = text;
  }

  /**
   * One expression of a file.
   *
   * @param value what it says
   * @param comment the lines of its documentation, without the leading sign
   */
  record Expression(ObjectNode value, List<String> comment) {}

  List<Expression> expressions() {
    var expressions = new ArrayList<Expression>();
    skip();
    while (at < text.length()) {
      List<String> ofThis = comment;
      comment = List.of();
      expressions.add(new Expression((ObjectNode) value(), ofThis));
      skip();
    }
    return expressions;
  }

  private JsonNode value() {
    skip();
    char first = text.charAt(at);
    return switch (first) {
      case '{' -> object();
      case '[' -> array();
      case '\'' -> NODES.textNode(string());
      case 't', 'f' -> truth();
      default -> throw unexpected();
    };
  }

  private ObjectNode object() {
    ObjectNode object = NODES.objectNode();
    at++;
    while (!next('}')) {
      skip();
      String name = string();
      if (!next(':')) {
        throw unexpected();
      }
      object.set(name, value());
      next(',');
    }
    return object;
  }

  private ArrayNode array() {
    ArrayNode array = NODES.arrayNode();
    at++;
    while (!next(']')) {
      array.add(value());
      next(',');
    }
    return array;
  }

  private String string() {
    int end = text.indexOf('\'', at + 1);
    if (text.charAt(at) != '\'' || end < 0) {
      throw unexpected();
    }
    String string = text.substring(at + 1, end);
    at = end + 1;
    return string;
  }

  private JsonNode truth() {
    boolean isTrue = text.startsWith("true", at);
    if (!isTrue && !text.startsWith("false", at)) {
      throw unexpected();
    }
    at += isTrue ? 4 : 5;
    return NODES.booleanNode(isTrue);
  }

  private boolean next(char sign) {
    skip();
    boolean is = at < text.length() && text.charAt(at) == sign;
    at += is ? 1 : 0;
    return is;
  }

  /** Goes on to the next sign that is neither space nor comment; keeps the last documentation. */
  private void skip() {
    while (at < text.length()) {
      if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else if (text.startsWith("##\n", at)) {
        at += 3;
        documentation();
      } else if (text.charAt(at) == '#') {
        line();
      } else {
        return;
      }
    }
  }

  private void documentation() {
    var lines = new ArrayList<String>();
    for (String line = line(); !line.equals("##"); line = line()) {
      lines.add(line.replaceFirst("^# ?", ""));
    }
    comment = List.copyOf(lines);
  }

  private String line() {
    int end = text.indexOf('\n', at);
    String line = text.substring(at, end < 0 ? text.length() : end);
    at = end < 0 ? text.length() : end + 1;
    return line.strip();
  }

  private IllegalArgumentException unexpected() {
    long line = text.substring(0, at).lines().count();
    return new IllegalArgumentException("line " + line + ": nothing that a schema may have here");
  }
}
