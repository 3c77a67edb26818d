package dev.berth.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.qapi.QapiEvent;
import dev.berth.qmp.QmpEvent;
import dev.berth.qmp.QmpEventListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The events of a connection, in order, each read into the model when it comes. Thread-safe. */
final class SeenEvents implements QmpEventListener {
  private final List<QmpEvent> events = new ArrayList<>(); // guarded by this
  private final List<String> unread = new ArrayList<>(); // guarded by this
  private int awaited; // guarded by this

  @Override
  public synchronized void event(QmpEvent event) {
    Unread.in(event.data(), QapiEvent.decode(event))
        .forEach(place -> unread.add(event.name() + place));
    events.add(event);
    notifyAll();
  }

  /** How many there were. */
  synchronized int count() {
    return events.size();
  }

  /** Where the last one stands that was waited for. */
  synchronized int awaited() {
    return awaited;
  }

  /** What the model has not read of them. */
  synchronized List<String> unread() {
    return List.copyOf(unread);
  }

  /** The data of the first one from there on that has that name, and those members. */
  synchronized ObjectNode await(String name, ObjectNode members, int from)
      throws InterruptedException {
    long end = System.nanoTime() + LiveQemu.PATIENCE.toNanos();
    for (int next = from; ; next++) {
      while (next >= events.size()) {
        long millis = (end - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
          throw new AssertionError(
              "no " + name + " " + members + " came, but " + events.subList(from, events.size()));
        }
        wait(millis);
      }
      QmpEvent event = events.get(next);
      if (event.name().equals(name) && has(event.data(), members)) {
        awaited = next + 1;
        return (ObjectNode) event.data();
      }
    }
  }

  private static boolean has(JsonNode data, ObjectNode members) {
    for (Map.Entry<String, JsonNode> member : members.properties()) {
      if (!member.getValue().equals(data.get(member.getKey()))) {
        return false;
      }
    }
    return true;
  }
}
