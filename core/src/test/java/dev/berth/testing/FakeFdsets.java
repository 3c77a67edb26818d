package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.machine.FdsetNumbers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The fdsets of a pretended QEMU, and the descriptors it has by name. Thread-safe. */
final class FakeFdsets {
  private final TreeMap<Long, List<ObjectNode>> sets = new TreeMap<>();
  private final Map<String, Path> names = new HashMap<>();
  private final Map<String, Path> noted = new HashMap<>();
  private long descriptors = 20;

  /** Carries out {@code add-fd}; without a number the lowest that is free is taken. */
  synchronized JsonNode add(ObjectNode arguments) {
    long number = arguments.has("fdset-id") ? arguments.path("fdset-id").asLong() : lowestFree();
    ObjectNode descriptor = Json.object().put("fd", ++descriptors);
    if (arguments.has("opaque")) {
      descriptor.set("opaque", arguments.get("opaque"));
    }
    sets.computeIfAbsent(number, fresh -> new ArrayList<>()).add(descriptor);
    return Json.object().put("fdset-id", number).put("fd", descriptors);
  }

  /** The same for what is in that file. */
  synchronized JsonNode add(ObjectNode arguments, Path file) {
    noted.put(arguments.path("opaque").asText(), file);
    return add(arguments);
  }

  /** The arguments of an {@code add-fd} by hand with a number as a host allots it. */
  synchronized ObjectNode numbered(ObjectNode arguments) {
    return arguments.put("fdset-id", FdsetNumbers.nextByHand(0, sets.keySet()));
  }

  private long lowestFree() {
    long number = 0;
    while (sets.containsKey(number)) {
      number++;
    }
    return number;
  }

  /** Carries out {@code remove-fd}; false when there is no such set. */
  synchronized boolean remove(ObjectNode arguments) {
    return sets.remove(arguments.path("fdset-id").asLong()) != null;
  }

  /** Answers {@code query-fdsets}. */
  synchronized JsonNode list() {
    ArrayNode all = Json.array();
    sets.forEach(
        (number, fds) -> {
          ObjectNode set = all.addObject().put("fdset-id", number);
          ArrayNode array = set.putArray("fds");
          fds.forEach(fd -> array.add(fd.deepCopy()));
        });
    return all;
  }

  /** Carries out {@code getfd}. */
  synchronized JsonNode name(ObjectNode arguments, Path file) {
    names.put(arguments.path("fdname").asText(), file);
    return Json.object();
  }

  /** Takes what was given by that name; empty when nothing was. */
  synchronized Optional<Path> take(String name) {
    return Optional.ofNullable(names.remove(name));
  }

  /** The last file that was added with that note; empty when none was. */
  synchronized Optional<Path> noted(String opaque) {
    return Optional.ofNullable(noted.get(opaque));
  }

  /** Carries out {@code closefd}; false when there is no such name. */
  synchronized boolean close(ObjectNode arguments) {
    return names.remove(arguments.path("fdname").asText()) != null;
  }
}
