package dev.berth.definition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns text into a {@link Node}. Reads the parser's events and builds nothing else from them, so a
 * document cannot name classes, expand aliases or nest without end.
 */
final class DocumentParser {
  /** Larger than any definition in use, small enough to hold and report on at once. */
  static final int MAX_BYTES = 1 << 20;

  /** The format itself needs five. */
  static final int MAX_DEPTH = 16;

  /** Lists at their own limits, all of them at once, stay below it. */
  static final int MAX_VALUES = 32_768;

  private static final JsonFactory JSON = new JsonFactory();
  private static final YAMLFactory YAML = new YAMLFactory();

  private final JsonParser parser;
  private int valueCount;

  private DocumentParser(JsonParser parser) {
    this.parser = parser;
  }

  /**
   * The document as a tree.
   *
   * @throws UnreadableDocumentException when it is neither YAML nor JSON, or goes beyond the limits
   */
  static Node parse(String text) throws UnreadableDocumentException {
    checkCharacters(text);
    String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
    if (body.stripLeading().startsWith("{")) {
      // A YAML parser reads nearly all JSON; not, for one, JSON that is indented with tabs.
      try (JsonParser json = JSON.createParser(body)) {
        return new DocumentParser(json).document();
      } catch (JsonProcessingException noJson) {
        return parseYaml(body); // can still be a YAML mapping in braces
      } catch (IOException impossible) {
        throw new UncheckedIOException("reading from memory", impossible);
      }
    }
    return parseYaml(body);
  }

  private static Node parseYaml(String text) throws UnreadableDocumentException {
    try (JsonParser yaml = YAML.createParser(text)) {
      return new DocumentParser(yaml).document();
    } catch (JsonProcessingException broken) {
      throw SyntaxAdvice.on(broken);
    } catch (IOException impossible) {
      throw new UncheckedIOException("reading from memory", impossible);
    }
  }

  private static void checkCharacters(String text) throws UnreadableDocumentException {
    if (text.length() > MAX_BYTES || text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new UnreadableDocumentException(
          Position.START, "the document is larger than 1MiB: no definition needs as much");
    }
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (character == '\n') {
        line++;
        lineStart = i + 1;
      } else if (Character.isISOControl(character) && character != '\t' && character != '\r') {
        throw new UnreadableDocumentException(
            new Position(line, i - lineStart + 1),
            String.format(
                "the document contains the control character U+%04X: remove it", (int) character));
      }
    }
  }

  private Node document() throws IOException, UnreadableDocumentException {
    if (parser.nextToken() == null) {
      throw new UnreadableDocumentException(
          Position.START, "the document is empty: a definition has at least 'name: web-1'");
    }
    Node root = value(position(), 1);
    if (parser.nextToken() != null) {
      throw new UnreadableDocumentException(
          position(), "a second document begins here: keep one definition in each file");
    }
    return root;
  }

  /** The value that the current token begins; nothing at all stands where its key does. */
  private Node value(Position key, int depth) throws IOException, UnreadableDocumentException {
    refuseIndirection();
    if (++valueCount > MAX_VALUES) {
      throw new UnreadableDocumentException(
          position(), "the document has more than " + MAX_VALUES + " values: no definition does");
    }
    if (depth > MAX_DEPTH) {
      throw new UnreadableDocumentException(
          position(), "the document nests deeper than " + MAX_DEPTH + " levels: no key needs that");
    }
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      return mapping(depth);
    }
    if (token == JsonToken.START_ARRAY) {
      return sequence(depth);
    }
    if (token == JsonToken.VALUE_NULL) {
      return new Node.Nothing(key);
    }
    if (token.isBoolean() && isTrueOrFalse(parser.getText())) {
      return new Node.Flag(position(), parser.getBooleanValue());
    }
    return token.isNumeric()
        ? new Node.Number(position(), parser.getText())
        : new Node.Text(position(), parser.getText());
  }

  /** YAML 1.1 also reads "yes", "no", "on" and "off" so; since 1.2 they are texts. */
  private static boolean isTrueOrFalse(String word) {
    return word.equalsIgnoreCase("true") || word.equalsIgnoreCase("false");
  }

  private Node mapping(int depth) throws IOException, UnreadableDocumentException {
    Position start = position();
    List<Node.Entry> entries = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      refuseIndirection();
      Position key = position();
      String name = parser.currentName();
      parser.nextToken();
      entries.add(new Node.Entry(key, name, value(key, depth + 1)));
    }
    return new Node.Mapping(start, entries);
  }

  private Node sequence(int depth) throws IOException, UnreadableDocumentException {
    Position start = position();
    List<Node> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(position(), depth + 1));
    }
    return new Node.Sequence(start, items);
  }

  private void refuseIndirection() throws IOException, UnreadableDocumentException {
    if (!(parser instanceof YAMLParser yaml)) {
      return;
    }
    if (yaml.isCurrentAlias() || yaml.getObjectId() != null) {
      throw new UnreadableDocumentException(
          position(),
          "anchors (&), aliases (*) and merge keys (<<) are not part of the format:"
              + " write the value out wherever it is used");
    }
    if (yaml.getTypeId() != null) {
      throw new UnreadableDocumentException(
          position(), "tags (!) are not part of the format: remove the tag, keep the value");
    }
  }

  private Position position() {
    JsonLocation location = parser.currentTokenLocation();
    return new Position(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }
}
