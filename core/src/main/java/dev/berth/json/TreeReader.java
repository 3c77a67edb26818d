package dev.berth.json;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Builds a tree from a parser's tokens, without recursion: a peer chooses how deep it nests. */
final class TreeReader {
  private static final int LONGEST_TOLD = 80;

  private final JsonParser parser;
  private final JsonNodeFactory nodes;
  private final Strictness strictness;
  private final ArrayDeque<ContainerNode<?>> open = new ArrayDeque<>();

  /** What is made of a document that no two readers need read alike. */
  enum Strictness {
    /** Of members with one name the last counts; halves of surrogate pairs are kept. */
    LENIENT,
    /** Both are errors. */
    STRICT
  }

  TreeReader(JsonParser parser, JsonNodeFactory nodes, Strictness strictness) {
    this.parser = parser;
    this.nodes = nodes;
    this.strictness = strictness;
  }

  JsonNode document() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw new JsonParseException(parser, "there is no JSON document");
    }
    JsonNode root = node(first);
    ContainerNode<?> current = root instanceof ContainerNode<?> container ? container : null;
    while (current != null) {
      current =
          current instanceof ObjectNode object ? members(object) : elements((ArrayNode) current);
    }
    if (parser.nextToken() != null) {
      throw new JsonParseException(parser, "something follows the JSON document");
    }
    return root;
  }

  /**
   * Reads members until another container begins or this one ends.
   *
   * @return the container to go on with; null at the end of the outermost one
   */
  private @Nullable ContainerNode<?> members(ObjectNode object) throws IOException {
    for (String name = nextName(); name != null; name = nextName()) {
      JsonNode node = node(next());
      set(object, name, node);
      if (node instanceof ContainerNode<?> container) {
        open.push(object);
        return container;
      }
    }
    return open.poll();
  }

  /** The same for the elements of an array. */
  private @Nullable ContainerNode<?> elements(ArrayNode array) throws IOException {
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      JsonNode node = node(token);
      array.add(node);
      if (node instanceof ContainerNode<?> container) {
        open.push(array);
        return container;
      }
    }
    return open.poll();
  }

  /** The name of the next member; null when the object ends. */
  private @Nullable String nextName() throws IOException {
    String name = parser.nextFieldName();
    if (name == null && parser.currentToken() != JsonToken.END_OBJECT) {
      throw early();
    }
    return name == null ? null : checked(name);
  }

  private JsonToken next() throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw early();
    }
    return token;
  }

  private JsonParseException early() {
    return new JsonParseException(parser, "the JSON document ends early");
  }

  private void set(ObjectNode object, String name, JsonNode node) throws IOException {
    JsonNode before = object.replace(name, node);
    if (strictness == Strictness.STRICT && before != null) {
      String cut = name.substring(0, Math.min(name.length(), LONGEST_TOLD));
      throw new JsonParseException(parser, "member '" + cut + "' is there twice");
    }
  }

  private String checked(String text) throws IOException {
    if (strictness == Strictness.STRICT && Surrogates.isBroken(text)) {
      throw new JsonParseException(parser, "half a surrogate pair is no character");
    }
    return text;
  }

  private JsonNode node(JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> nodes.objectNode();
      case START_ARRAY -> nodes.arrayNode();
      case VALUE_STRING -> nodes.textNode(checked(parser.getText()));
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDoubleValue());
      case VALUE_TRUE -> nodes.booleanNode(true);
      case VALUE_FALSE -> nodes.booleanNode(false);
      case VALUE_NULL -> nodes.nullNode();
      case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new JsonParseException(parser, "unexpected " + token);
    };
  }

  private JsonNode integer() throws IOException {
    return switch (parser.getNumberType()) {
      case INT -> nodes.numberNode(parser.getIntValue());
      case LONG -> nodes.numberNode(parser.getLongValue());
      case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> nodes.numberNode(parser.getBigIntegerValue());
    };
  }
}
