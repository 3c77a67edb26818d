package dev.berth.generator.java;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.berth.generator.fact.Definition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Our own sentences about the facts: one file for each module, a name and its members in it. */
public final class Words {
  private final Map<String, JsonNode> modules;

  private Words(Map<String, JsonNode> modules) {
    this.modules = modules;
  }

  /** The words in that folder. */
  public static Words read(Path folder) throws IOException {
    var yaml = new ObjectMapper(new YAMLFactory());
    var modules = new HashMap<String, JsonNode>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
        modules.put(
            file.getFileName().toString().replace(".yaml", ""), yaml.readTree(file.toFile()));
      }
    }
    return new Words(modules);
  }

  /** The words of each module, by its name. */
  public Map<String, JsonNode> modules() {
    return Map.copyOf(modules);
  }

  /** The sentence about that definition. */
  Optional<String> about(Definition definition) {
    return about(definition, "is");
  }

  /** The words about that member, value or branch. */
  Optional<String> about(Definition definition, String item) {
    JsonNode module = modules.get(definition.module());
    return module == null
        ? Optional.empty()
        : Optional.ofNullable(module.path(definition.name()).get(item)).map(JsonNode::asText);
  }
}
