package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.MalformedReplyException;
import dev.berth.qmp.QmpCommand;
import java.lang.reflect.InvocationTargetException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The generated commands by their names on the wire. The guest agent's are not among them. */
public final class TypedCommands {
  private static final Map<String, Class<?>> TYPES = types();

  private TypedCommands() {}

  /** All of them, sorted. */
  public static Map<String, Class<?>> all() {
    return TYPES;
  }

  /**
   * The typed form of a command, or empty when the model has none.
   *
   * @throws MalformedReplyException when an argument is missing or of another type
   */
  public static Optional<QmpCommand<?>> read(String name, JsonNode arguments) {
    return Optional.ofNullable(TYPES.get(name)).map(type -> (QmpCommand<?>) read(type, arguments));
  }

  /**
   * A value of a generated type.
   *
   * @throws MalformedReplyException when it is none
   */
  static Object read(Class<?> type, JsonNode value) {
    try {
      return type.getMethod("read", JsonNode.class).invoke(null, value);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof MalformedReplyException malformed) {
        throw malformed;
      }
      throw new AssertionError("cannot read a " + type, e);
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new AssertionError("cannot read a " + type, e);
    }
  }

  private static Map<String, Class<?>> types() {
    var types = new TreeMap<String, Class<?>>();
    var samples = new Samples(false);
    for (Class<?> type : GeneratedTypes.records()) {
      boolean agents = type.getPackageName().endsWith(".agent");
      if (QmpCommand.class.isAssignableFrom(type) && !agents) {
        types.put(((QmpCommand<?>) samples.of(type)).command(), type);
      }
    }
    return Collections.unmodifiableMap(types);
  }
}
