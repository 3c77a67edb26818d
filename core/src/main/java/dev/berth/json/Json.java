package dev.berth.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.TreeReader.Strictness;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads and writes JSON trees, and reads members of known types from them.
 *
 * <p>Documents come from peers that may be hostile, so reading is bounded: {@value #MAX_DEPTH}
 * levels, {@value #MAX_TOKENS} tokens, strings of {@value #MAX_STRING_CHARS} characters and numbers
 * of {@value #MAX_NUMBER_CHARS}. The length of the whole document is for the caller to bound. All
 * methods may be called from any thread.
 */
public final class Json {
  /** Deepest nesting that is read: a chain of a thousand backing images is shown nested. */
  public static final int MAX_DEPTH = 1000;

  /** Most tokens of one document; a tree needs some 50 bytes for each. */
  public static final int MAX_TOKENS = 2_000_000;

  /** Longest string that is read. */
  public static final int MAX_STRING_CHARS = 16 * 1024 * 1024;

  /** Longest number that is read; 64 bits need 20 digits. */
  public static final int MAX_NUMBER_CHARS = 100;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Names are the peer's to choose: keep them out of the JVM-wide table of strings.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxTokenCount(MAX_TOKENS)
                  .maxStringLength(MAX_STRING_CHARS)
                  .maxNumberLength(MAX_NUMBER_CHARS)
                  .build())
          .build();

  private Json() {}

  /** A new, empty object. */
  public static ObjectNode object() {
    return NODES.objectNode();
  }

  /** A new, empty array. */
  public static ArrayNode array() {
    return NODES.arrayNode();
  }

  /**
   * Reads the one document that these bytes hold.
   *
   * @throws IOException when they hold none, more than one, or one beyond the bounds
   */
  public static JsonNode read(byte[] bytes) throws IOException {
    return read(bytes, 0, bytes.length);
  }

  /**
   * Reads the one document that this part of an array holds.
   *
   * @throws IOException when it holds none, more than one, or one beyond the bounds
   */
  public static JsonNode read(byte[] bytes, int offset, int length) throws IOException {
    try (JsonParser parser = FACTORY.createParser(bytes, offset, length)) {
      return new TreeReader(parser, NODES, Strictness.LENIENT).document();
    }
  }

  /**
   * Reads the one document that this text holds.
   *
   * @throws IOException when it holds none, more than one, or one beyond the bounds
   */
  public static JsonNode read(String text) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      return new TreeReader(parser, NODES, Strictness.LENIENT).document();
    }
  }

  /**
   * Reads a document that somebody wrote by hand and that goes on to a reader of another kind: what
   * that one could read differently is refused, too.
   *
   * @throws IOException as {@link #read(String)}, and when a member is there twice, or when half a
   *     surrogate pair stands for a character
   */
  public static JsonNode readStrictly(String text) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      return new TreeReader(parser, NODES, Strictness.STRICT).document();
    }
  }

  /**
   * The same, from bytes.
   *
   * @throws IOException as {@link #readStrictly(String)}, and when the bytes are not UTF-8
   */
  public static JsonNode readStrictly(byte[] bytes) throws IOException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notUtf8) {
      throw new IOException("the document is not UTF-8", notUtf8);
    }
    return readStrictly(text);
  }

  /** The document in UTF-8, on one line, without a line end. */
  public static byte[] bytes(JsonNode node) {
    var out = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      TreeWriter.write(node, generator);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return out.toByteArray();
  }

  /** The document as text, on one line. */
  public static String text(JsonNode node) {
    var out = new StringWriter(256);
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      TreeWriter.write(node, generator);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return out.toString();
  }

  /**
   * Writes the document with a generator of the caller's: in another form, or inside another one.
   */
  public static void write(JsonNode node, JsonGenerator generator) throws IOException {
    TreeWriter.write(node, generator);
  }

  /**
   * The text in that member.
   *
   * @throws MalformedReplyException when it is missing or no text
   */
  public static String text(JsonNode node, String member) {
    JsonNode value = member(node, member);
    if (!value.isTextual()) {
      throw wrongType(member, "text", value);
    }
    return value.textValue();
  }

  /** The text in that member, or empty when there is none or it is no text. */
  public static Optional<String> optionalText(JsonNode node, String member) {
    JsonNode value = node.path(member);
    return value.isTextual() ? Optional.of(value.textValue()) : Optional.empty();
  }

  /**
   * The whole number in that member.
   *
   * @throws MalformedReplyException when it is missing, no whole number, or beyond 64 bits
   */
  public static long number(JsonNode node, String member) {
    JsonNode value = member(node, member);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrongType(member, "a whole number of 64 bits", value);
    }
    return value.longValue();
  }

  /** The whole number in that member, or empty when there is none. */
  public static OptionalLong optionalNumber(JsonNode node, String member) {
    JsonNode value = node.path(member);
    return value.isIntegralNumber() && value.canConvertToLong()
        ? OptionalLong.of(value.longValue())
        : OptionalLong.empty();
  }

  /**
   * The truth value in that member.
   *
   * @throws MalformedReplyException when it is missing or no truth value
   */
  public static boolean flag(JsonNode node, String member) {
    JsonNode value = member(node, member);
    if (!value.isBoolean()) {
      throw wrongType(member, "true or false", value);
    }
    return value.booleanValue();
  }

  /** The truth value in that member, or empty when there is none. */
  public static Optional<Boolean> optionalFlag(JsonNode node, String member) {
    JsonNode value = node.path(member);
    return value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
  }

  /**
   * The object in that member.
   *
   * @throws MalformedReplyException when it is missing or no object
   */
  public static ObjectNode object(JsonNode node, String member) {
    if (member(node, member) instanceof ObjectNode object) {
      return object;
    }
    throw wrongType(member, "an object", node.path(member));
  }

  /** The object in that member, or empty when there is none. */
  public static Optional<ObjectNode> optionalObject(JsonNode node, String member) {
    return node.path(member) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
  }

  /**
   * The elements of the array in that member.
   *
   * @throws MalformedReplyException when it is missing or no array
   */
  public static List<JsonNode> array(JsonNode node, String member) {
    JsonNode value = member(node, member);
    if (!value.isArray()) {
      throw wrongType(member, "an array", value);
    }
    return elements(value);
  }

  /**
   * The elements of this array.
   *
   * @throws MalformedReplyException when it is no array
   */
  public static List<JsonNode> elements(JsonNode array) {
    if (!array.isArray()) {
      throw new MalformedReplyException("an array is expected, but it is " + kind(array));
    }
    var elements = new ArrayList<JsonNode>(array.size());
    array.forEach(elements::add);
    return List.copyOf(elements);
  }

  private static JsonNode member(JsonNode node, String member) {
    JsonNode value = node.get(member);
    if (value == null) {
      throw new MalformedReplyException("member '" + member + "' is missing in " + kind(node));
    }
    return value;
  }

  private static MalformedReplyException wrongType(String member, String wanted, JsonNode value) {
    return new MalformedReplyException(
        "member '" + member + "' should be " + wanted + ", but it is " + kind(value));
  }

  private static String kind(JsonNode node) {
    return "of type " + node.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}
