package dev.berth.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.schema.SchemaType.Alternate;
import dev.berth.schema.SchemaType.Builtin;
import dev.berth.schema.SchemaType.Enumeration;
import dev.berth.schema.SchemaType.Sequence;
import java.math.BigInteger;

/** Which JSON types a type takes. */
final class Fit {
  private static final BigInteger LEAST = BigInteger.ONE.shiftLeft(63).negate();
  private static final BigInteger BOUND = BigInteger.ONE.shiftLeft(64);

  private Fit() {}

  /** Whether a value has the type's JSON type, whatever it contains. */
  static boolean of(JsonNode value, SchemaType type) {
    if (type instanceof Builtin builtin) {
      return switch (builtin) {
        case STRING -> value.isTextual();
        case INTEGER -> value.isIntegralNumber();
        case NUMBER -> value.isNumber();
        case BOOLEAN -> value.isBoolean();
        case NULL -> value.isNull();
        case ANY -> true;
      };
    }
    if (type instanceof Enumeration) {
      return value.isTextual();
    }
    return type instanceof Sequence ? value.isArray() : value.isObject();
  }

  /** The type's JSON type, for messages. */
  static String words(SchemaType type) {
    if (type instanceof Builtin builtin) {
      return builtin.words();
    }
    if (type instanceof Enumeration) {
      return Builtin.STRING.words();
    }
    if (type instanceof Alternate) {
      return "one of several types";
    }
    return type instanceof Sequence ? "an array" : "an object";
  }

  /** A value's JSON type, for messages. */
  static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "a string";
      case NUMBER -> value.isIntegralNumber() ? "a whole number" : "a number";
      case BOOLEAN -> String.valueOf(value.booleanValue());
      case NULL -> "null";
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case BINARY, MISSING, POJO -> "no JSON";
    };
  }

  /** Whether a whole number fits in 64 bits, with or without a sign. */
  static boolean in64Bits(JsonNode number) {
    return number.canConvertToLong()
        || (number.bigIntegerValue().compareTo(LEAST) >= 0
            && number.bigIntegerValue().compareTo(BOUND) < 0);
  }
}
