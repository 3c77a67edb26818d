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
    if (root instanceof ContainerNode<?> container) {
      open.push(container);
      fill();
    }
    if (parser.nextToken() != null) {
      throw new JsonParseException(parser, "something follows the JSON document");
    }
    return root;
  }

  private void fill() throws IOException {
    while (!open.isEmpty()) {
      String name = null;
      JsonToken token = parser.nextToken();
      if (token == JsonToken.FIELD_NAME) {
        name = text();
        token = parser.nextToken();
      }
      if (token == null) {
        throw new JsonParseException(parser, "the JSON document ends early");
      }
      if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
        open.pop();
        continue;
      }
      JsonNode node = node(token);
      if (name == null) {
        ((ArrayNode) open.element()).add(node);
      } else {
        set((ObjectNode) open.element(), name, node);
      }
      if (node instanceof ContainerNode<?> container) {
        open.push(container);
      }
    }
  }

  private void set(ObjectNode object, String name, JsonNode node) throws IOException {
    JsonNode before = object.replace(name, node);
    if (strictness == Strictness.STRICT && before != null) {
      String cut = name.substring(0, Math.min(name.length(), LONGEST_TOLD));
      throw new JsonParseException(parser, "member '" + cut + "' is there twice");
    }
  }

  private String text() throws IOException {
    String text = parser.getText();
    if (strictness == Strictness.STRICT && Surrogates.isBroken(text)) {
      throw new JsonParseException(parser, "half a surrogate pair is no character");
    }
    return text;
  }

  private JsonNode node(JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> nodes.objectNode();
      case START_ARRAY -> nodes.arrayNode();
      case VALUE_STRING -> nodes.textNode(text());
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
