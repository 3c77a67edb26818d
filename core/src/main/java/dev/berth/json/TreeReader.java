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
  private final JsonParser parser;
  private final JsonNodeFactory nodes;
  private final ArrayDeque<ContainerNode<?>> open = new ArrayDeque<>();

  TreeReader(JsonParser parser, JsonNodeFactory nodes) {
    this.parser = parser;
    this.nodes = nodes;
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
        name = parser.currentName();
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
        ((ObjectNode) open.element()).set(name, node);
      }
      if (node instanceof ContainerNode<?> container) {
        open.push(container);
      }
    }
  }

  private JsonNode node(JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> nodes.objectNode();
      case START_ARRAY -> nodes.arrayNode();
      case VALUE_STRING -> nodes.textNode(parser.getText());
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
