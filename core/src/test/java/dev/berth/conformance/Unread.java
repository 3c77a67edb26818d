package dev.berth.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.qapi.QapiEvent;
import dev.berth.qapi.QapiValue;
import dev.berth.qapi.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What of a message the typed model has not read. A typed value writes only what it has read into
 * its components, so what it writes is compared with what came, member by member; and as unknown
 * variants of unions keep everything without reading it, and open enumerations every word, both are
 * found by a walk through the value.
 */
final class Unread {
  private final Set<String> places = new TreeSet<>();

  private Unread() {}

  /** The places in the message that were not read; indices are left out. */
  static Set<String> in(JsonNode message, Object typed) {
    var unread = new Unread();
    unread.compare("", message, again(typed));
    unread.walk("", typed);
    return unread.places;
  }

  /** The data of that event that was not read. */
  static Set<String> in(JsonNode data, QapiEvent event) {
    return event instanceof QapiEvent.Unknown
        ? Set.of(" is no event that the model reads: " + Json.text(data))
        : in(data, (Object) event);
  }

  /** As it looks on the wire. */
  private static JsonNode again(Object typed) {
    try {
      return Json.read(Json.bytes(typed == null ? Json.object() : Wire.node(typed)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compare(String place, JsonNode came, JsonNode read) {
    if (came.isObject() && read.isObject()) {
      Set<String> names = new TreeSet<>();
      came.fieldNames().forEachRemaining(names::add);
      read.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        if (!came.has(name)) {
          places.add(place + "." + name + " was invented");
        } else if (!read.has(name)) {
          places.add(place + "." + name + " was not read");
        } else {
          compare(place + "." + name, came.get(name), read.get(name));
        }
      }
    } else if (came.isArray() && read.isArray() && came.size() == read.size()) {
      for (int i = 0; i < came.size(); i++) {
        compare(place + "[]", came.get(i), read.get(i));
      }
    } else if (!same(came, read)) {
      places.add(place + " was read as another value");
    }
  }

  private static boolean same(JsonNode came, JsonNode read) {
    return came.isNumber() && read.isNumber()
        ? came.decimalValue().compareTo(read.decimalValue()) == 0
        : came.equals(read);
  }

  private void walk(String place, Object value) {
    if (value instanceof Optional<?> optional) {
      optional.ifPresent(present -> walk(place, present));
    } else if (value instanceof List<?> list) {
      list.forEach(element -> walk(place + "[]", element));
    } else if (value instanceof QapiValue && value instanceof Record of) {
      if (of.getClass().getSimpleName().equals("Unknown")) {
        places.add(place + " is of a kind that the model does not know");
      } else if (!isKnownWord(of)) {
        places.add(place + " is a word that the model does not know: " + of);
      }
      for (RecordComponent component : of.getClass().getRecordComponents()) {
        walk(place + "." + component.getName(), component(of, component));
      }
    }
  }

  /** Whether it is no word at all, or one of its enumeration's constants. */
  private static boolean isKnownWord(Record value) {
    List<Object> constants =
        Arrays.stream(value.getClass().getFields())
            .filter(field -> Modifier.isStatic(field.getModifiers()))
            .filter(field -> field.getType() == value.getClass())
            .map(Unread::constant)
            .toList();
    return constants.isEmpty() || constants.contains(value);
  }

  private static Object constant(java.lang.reflect.Field field) {
    try {
      return field.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("cannot read " + field, e);
    }
  }

  private static Object component(Record of, RecordComponent component) {
    try {
      return component.getAccessor().invoke(of);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }
}
