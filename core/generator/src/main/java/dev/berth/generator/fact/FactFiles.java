package dev.berth.generator.fact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The fact files: one for each module of the schema, in one folder. */
public final class FactFiles {
  /** The module of the guest agent, whose names are a world of their own. */
  public static final String GUEST_AGENT = "guest-agent";

  static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private FactFiles() {}

  /** All definitions in that folder, in the order of their files and in these. */
  public static List<Definition> read(Path folder) throws IOException {
    var definitions = new ArrayList<Definition>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        String module = file.getFileName().toString().replace(".yaml", "");
        for (JsonNode definition : YAML.readTree(file.toFile())) {
          definitions.add(FactReader.definition(module, definition));
        }
      }
    }
    return definitions;
  }

  /** Writes all definitions into files of that folder, each with its module's others. */
  public static void write(Path folder, Collection<Definition> definitions) throws IOException {
    var modules = new LinkedHashMap<String, StringBuilder>();
    for (Definition definition : definitions) {
      new FactWriter(modules.computeIfAbsent(definition.module(), module -> new StringBuilder()))
          .write(definition);
    }
    Files.createDirectories(folder);
    for (Map.Entry<String, StringBuilder> module : modules.entrySet()) {
      Files.writeString(folder.resolve(module.getKey() + ".yaml"), module.getValue());
    }
  }
}
