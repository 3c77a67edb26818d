package dev.berth.generator.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.FactFiles;
import dev.berth.generator.fact.Item;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Facts that no schema tells: what only the reference documents have, when things ended and what
 * took their place, and the modules of what only a live schema has.
 */
final class ByHand {
  private final JsonNode extra;
  private final List<Definition> definitions;

  private ByHand(JsonNode extra, List<Definition> definitions) {
    this.extra = extra;
    this.definitions = definitions;
  }

  /** Reads {@code extra.yaml} and the fact files in {@code documents} of that folder. */
  static ByHand read(Path folder) throws IOException {
    return new ByHand(
        new ObjectMapper(new YAMLFactory()).readTree(folder.resolve("extra.yaml").toFile()),
        FactFiles.read(folder.resolve("documents")));
  }

  /** The module of each command and event that only a live schema has. */
  Map<String, String> modules() {
    var modules = new HashMap<String, String>();
    extra
        .path("modules")
        .properties()
        .forEach(
            module ->
                module.getValue().forEach(name -> modules.put(name.asText(), module.getKey())));
    return modules;
  }

  /** The model with these facts, sorted. */
  List<Definition> complete(Map<String, Definition> model) {
    for (Definition definition : definitions) {
      model.merge(definition.name(), definition, Merger::join);
    }
    extra.path("ends").properties().forEach(end -> end(model, end.getKey(), end.getValue()));
    return Extract.sorted(model);
  }

  /** {@code name} or {@code name.member}: {removed: version, instead: [names]}. */
  private static void end(Map<String, Definition> model, String place, JsonNode end) {
    Optional<String> removed = Optional.ofNullable(end.path("removed").textValue());
    var instead = new ArrayList<String>();
    end.path("instead").forEach(name -> instead.add(name.asText()));
    int dot = place.indexOf('.');
    String name = dot < 0 ? place : place.substring(0, dot);
    Definition definition = model.get(name);
    if (definition == null) {
      throw new IllegalArgumentException("there is no " + name + " that could have ended");
    }
    if (dot < 0) {
      model.put(name, definition.withHistory(definition.history().withEnd(removed, instead)));
      return;
    }
    Item item = definition.members().get(place.substring(dot + 1));
    if (item == null) {
      throw new IllegalArgumentException("there is no " + place + " that could have ended");
    }
    var members = new LinkedHashMap<>(definition.members());
    members.put(item.name(), item.withHistory(item.history().withEnd(removed, instead)));
    model.put(name, definition.withMembers(members));
  }
}
