package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.berth.json.Json;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Makes a value of any generated type. */
final class Samples {
  /** Types contain each other: below this depth what is optional is left out. */
  private static final int DEPTH = 4;

  private final boolean full;

  /** Samples with everything that is optional, or without. */
  Samples(boolean full) {
    this.full = full;
  }

  /** A record of that class. */
  Object of(Class<?> type) {
    return record(type, 0);
  }

  private Object record(Class<?> type, int depth) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] values =
        Arrays.stream(components)
            .map(c -> value(c.getGenericType(), depth + 1))
            .toArray(Object[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      throw new IllegalStateException("no sample of " + type, e);
    }
  }

  private Object value(Type type, int depth) {
    if (type instanceof ParameterizedType generic) {
      Type argument = generic.getActualTypeArguments()[0];
      boolean deep = depth > DEPTH;
      if (generic.getRawType() == Optional.class) {
        return full && !deep ? Optional.of(value(argument, depth)) : Optional.empty();
      }
      return deep ? List.of() : List.of(value(argument, depth), value(argument, depth));
    }
    Class<?> raw = (Class<?>) type;
    if (raw == String.class) {
      return "text";
    }
    if (raw == long.class || raw == Long.class) {
      return 7L;
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return true;
    }
    if (raw == double.class || raw == Double.class) {
      return 0.5;
    }
    if (raw == JsonNode.class) {
      return TextNode.valueOf("anything");
    }
    if (raw == ObjectNode.class) {
      ObjectNode object = Json.object();
      object.set("anything", TextNode.valueOf("goes"));
      return object;
    }
    return raw.isInterface() ? record(simplest(raw), depth + 1) : record(raw, depth + 1);
  }

  /** The variant that refers to the fewest other types, so that samples end. */
  private static Class<?> simplest(Class<?> sealed) {
    return Arrays.stream(sealed.getPermittedSubclasses())
        .filter(variant -> !List.of("Unknown", "Plain").contains(variant.getSimpleName()))
        .min(Comparator.comparingLong(Samples::references))
        .orElseThrow();
  }

  private static long references(Class<?> variant) {
    return Arrays.stream(variant.getRecordComponents())
        .filter(component -> QapiValue.class.isAssignableFrom(component.getType()))
        .count();
  }
}
