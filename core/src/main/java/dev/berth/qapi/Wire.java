package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes members for the generated records. A mandatory member that is missing, and any
 * member of another type than the schema's, is a {@link MalformedReplyException}; {@code null}
 * counts as absent where a member is optional and cannot be null.
 *
 * <p>Whole numbers of 64 bits without a sign are read as the {@code long} of the same bits: one
 * beyond {@link Long#MAX_VALUE} is negative, as {@link Long#toUnsignedString(long)} expects.
 */
public final class Wire {
  private static final BigInteger BEYOND_LONG = BigInteger.ONE.shiftLeft(Long.SIZE);

  private Wire() {}

  /** The value as an object. */
  public static ObjectNode object(JsonNode value) {
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw wrongType("an object", value);
  }

  /** The word that tells the branches of a union apart; empty when there is none. */
  public static String tag(ObjectNode of, String member) {
    return of.path(member).isTextual() ? of.path(member).textValue() : "";
  }

  // Members are read without a function where there is nothing to it: a record has dozens.

  /** The text in that member. */
  public static String text(ObjectNode of, String member) {
    return text(member, mandatory(of, member));
  }

  /** The text in that member, if it is there. */
  public static Optional<String> optionalText(ObjectNode of, String member) {
    JsonNode value = present(of, member);
    return value == null ? Optional.empty() : Optional.of(text(member, value));
  }

  private static String text(String member, JsonNode value) {
    return value instanceof TextNode text ? text.textValue() : at(member, value, Wire::asText);
  }

  /** The whole number in that member. */
  public static long number(ObjectNode of, String member) {
    return number(member, mandatory(of, member));
  }

  /** The whole number in that member, if it is there. */
  public static Optional<Long> optionalNumber(ObjectNode of, String member) {
    JsonNode value = present(of, member);
    return value == null ? Optional.empty() : Optional.of(number(member, value));
  }

  private static long number(String member, JsonNode value) {
    if (value instanceof IntNode number) {
      return number.intValue();
    }
    return value instanceof LongNode number
        ? number.longValue()
        : at(member, value, Wire::asNumber);
  }

  /** The whole number without a sign in that member. */
  public static long unsigned(ObjectNode of, String member) {
    return unsigned(member, mandatory(of, member));
  }

  /** The whole number without a sign in that member, if it is there. */
  public static Optional<Long> optionalUnsigned(ObjectNode of, String member) {
    JsonNode value = present(of, member);
    return value == null ? Optional.empty() : Optional.of(unsigned(member, value));
  }

  private static long unsigned(String member, JsonNode value) {
    return value instanceof BigIntegerNode
        ? at(member, value, Wire::asUnsigned)
        : number(member, value);
  }

  /** The number in that member. */
  public static double real(ObjectNode of, String member) {
    return at(member, mandatory(of, member), Wire::asReal);
  }

  /** The number in that member, if it is there. */
  public static Optional<Double> optionalReal(ObjectNode of, String member) {
    return optional(of, member, Wire::asReal);
  }

  /** The truth value in that member. */
  public static boolean flag(ObjectNode of, String member) {
    return flag(member, mandatory(of, member));
  }

  /** The truth value in that member, if it is there. */
  public static Optional<Boolean> optionalFlag(ObjectNode of, String member) {
    JsonNode value = present(of, member);
    return value == null ? Optional.empty() : Optional.of(flag(member, value));
  }

  private static boolean flag(String member, JsonNode value) {
    return value instanceof BooleanNode flag
        ? flag.booleanValue()
        : at(member, value, Wire::asFlag);
  }

  /** Whatever is in that member. */
  public static JsonNode any(ObjectNode of, String member) {
    return mandatory(of, member);
  }

  /** Whatever is in that member, if it is there. */
  public static Optional<JsonNode> optionalAny(ObjectNode of, String member) {
    return Optional.ofNullable(of.get(member));
  }

  /** The value in that member. */
  public static <T> T value(ObjectNode of, String member, Function<JsonNode, T> decode) {
    return at(member, mandatory(of, member), decode);
  }

  /** The value in that member, if it is there. */
  public static <T> Optional<T> optional(
      ObjectNode of, String member, Function<JsonNode, T> decode) {
    JsonNode value = present(of, member);
    return value == null ? Optional.empty() : Optional.of(at(member, value, decode));
  }

  /** The value in that member, if it is there; null is a value, too. */
  public static <T> Optional<T> optionalOrNull(
      ObjectNode of, String member, Function<JsonNode, T> decode) {
    return Optional.ofNullable(of.get(member)).map(value -> at(member, value, decode));
  }

  /** The elements of the array in that member. */
  public static <T> List<T> list(ObjectNode of, String member, Function<JsonNode, T> decode) {
    return elements(mandatory(of, member), decode);
  }

  /** The elements of the array in that member, if it is there. */
  public static <T> Optional<List<T>> optionalList(
      ObjectNode of, String member, Function<JsonNode, T> decode) {
    return optional(of, member, array -> elements(array, decode));
  }

  /** The elements of this array. */
  public static <T> List<T> elements(JsonNode array, Function<JsonNode, T> decode) {
    if (!array.isArray()) {
      throw wrongType("an array", array);
    }
    var elements = new ArrayList<T>(array.size());
    for (JsonNode element : array) {
      elements.add(decode.apply(element));
    }
    return Collections.unmodifiableList(elements);
  }

  /** The value as text. */
  public static String asText(JsonNode value) {
    if (!value.isTextual()) {
      throw wrongType("text", value);
    }
    return value.textValue();
  }

  /** The value as a whole number of 64 bits. */
  public static long asNumber(JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrongType("a whole number of 64 bits", value);
    }
    return value.longValue();
  }

  /** The value as a whole number of 64 bits, with or without a sign. */
  public static long asUnsigned(JsonNode value) {
    if (value.isBigInteger()
        && value.bigIntegerValue().signum() > 0
        && value.bigIntegerValue().bitLength() <= Long.SIZE) {
      return value.bigIntegerValue().longValue();
    }
    return asNumber(value);
  }

  /** The value as a number. */
  public static double asReal(JsonNode value) {
    if (!value.isNumber()) {
      throw wrongType("a number", value);
    }
    return value.doubleValue();
  }

  /** The value as a truth value. */
  public static boolean asFlag(JsonNode value) {
    if (!value.isBoolean()) {
      throw wrongType("true or false", value);
    }
    return value.booleanValue();
  }

  /** The value as it is. */
  public static JsonNode asAny(JsonNode value) {
    return value;
  }

  /** Writes a member; an empty {@code Optional} is left out. */
  public static void put(ObjectNode to, String member, Object value) {
    if (value instanceof Optional<?> optional) {
      optional.ifPresent(present -> to.set(member, node(present)));
    } else {
      to.set(member, node(value));
    }
  }

  /** Writes a member whose whole numbers have no sign. */
  public static void putUnsigned(ObjectNode to, String member, Object value) {
    if (value instanceof Optional<?> optional) {
      optional.ifPresent(present -> putUnsigned(to, member, present));
    } else if (value instanceof List<?> list) {
      ArrayNode array = to.putArray(member);
      list.forEach(element -> array.add(unsignedNode((Long) element)));
    } else {
      to.set(member, unsignedNode((Long) value));
    }
  }

  private static JsonNode unsignedNode(long bits) {
    return bits >= 0
        ? LongNode.valueOf(bits)
        : BigIntegerNode.valueOf(BigInteger.valueOf(bits).add(BEYOND_LONG));
  }

  /** The JSON of a component's value. */
  public static JsonNode node(Object value) {
    if (value instanceof QapiValue qapi) {
      return qapi.encode();
    }
    if (value instanceof String text) {
      return TextNode.valueOf(text);
    }
    if (value instanceof Long number) {
      return LongNode.valueOf(number);
    }
    if (value instanceof Boolean flag) {
      return BooleanNode.valueOf(flag);
    }
    if (value instanceof Double real) {
      return DoubleNode.valueOf(real);
    }
    if (value instanceof List<?> list) {
      ArrayNode array = Json.array();
      list.forEach(element -> array.add(node(element)));
      return array;
    }
    if (value instanceof JsonNode json) {
      return json.deepCopy();
    }
    throw new IllegalArgumentException(value.getClass() + " has no JSON form");
  }

  private static @Nullable JsonNode present(ObjectNode of, String member) {
    JsonNode value = of.get(member);
    return value instanceof NullNode ? null : value;
  }

  private static JsonNode mandatory(ObjectNode of, String member) {
    JsonNode value = of.get(member);
    if (value == null) {
      throw new MalformedReplyException("member '" + member + "' is missing");
    }
    return value;
  }

  /** Decodes a member, and says in an error which it was. */
  private static <T> T at(String member, JsonNode value, Function<JsonNode, T> decode) {
    try {
      return decode.apply(value);
    } catch (MalformedReplyException e) {
      throw new MalformedReplyException("in '" + member + "': " + e.getMessage());
    }
  }

  private static MalformedReplyException wrongType(String wanted, JsonNode value) {
    return new MalformedReplyException(
        wanted + " is expected, but it is " + value.getNodeType().name().toLowerCase(Locale.ROOT));
  }
}
