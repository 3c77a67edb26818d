package dev.berth.qapi;

import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;

/** The generated events by their names on the wire. */
public final class TypedEvents {
  private TypedEvents() {}

  /** Whether the model has that event. */
  public static boolean has(String name) {
    try {
      return EventReader.read(name, Json.object()) != null;
    } catch (MalformedReplyException lacksMembers) {
      return true;
    }
  }
}
