package dev.berth.conformance;

import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.schema.SchemaComparison;
import dev.berth.qapi.TypedCommands;
import dev.berth.qapi.TypedEvents;
import dev.berth.schema.QmpSchema;
import dev.berth.testing.TestSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A supported version of QEMU: its schema, and the record of what ran on it.
 *
 * @param title the version as {@code 7.2}
 * @param cells what is true of each command and event that it has, by name
 * @param refusals what it said when it refused a command, by name
 */
record VersionColumn(String title, Map<String, Cell> cells, Map<String, String> refusals)
    implements Column {
  private static final Path SCHEMAS = Path.of("src/test/resources/dev/berth/qapi/schema");

  /** Those of all versions, oldest first, by all facts. */
  static List<VersionColumn> all(Collection<Definition> facts) throws IOException {
    var all = new ArrayList<VersionColumn>();
    for (TestSchema schema : TestSchema.all()) {
      all.add(of(schema, facts));
    }
    return all;
  }

  private static VersionColumn of(TestSchema schema, Collection<Definition> facts)
      throws IOException {
    String version = schema.version().replaceFirst("\\.\\d+$", "");
    Path file = SCHEMAS.resolve("query-qmp-schema-" + schema.version() + ".json.gz");
    SchemaComparison comparison = SchemaComparison.of(version, facts, file);
    QmpSchema index = schema.index();
    Set<Ran> ran = RunRecord.of(version);
    var cells = new HashMap<String, Cell>();
    for (Definition message : facts) {
      String name = message.name();
      boolean there =
          message.kind() == Kind.COMMAND && index.commandNames().contains(name)
              || message.kind() == Kind.EVENT && index.eventNames().contains(name);
      if (there) {
        boolean equal = isModelled(message) && comparison.differences(message).isEmpty();
        cells.put(name, equal ? run(name, ran) : Cell.DIFFERS);
      }
    }
    var refusals = new HashMap<String, String>();
    ran.stream()
        .filter(line -> cells.get(line.name()) == Cell.REFUSED)
        .forEach(line -> refusals.putIfAbsent(line.name(), line.why()));
    return new VersionColumn(version, cells, refusals);
  }

  private static Cell run(String name, Set<Ran> ran) {
    Set<Ran.How> ways =
        ran.stream()
            .filter(line -> line.name().equals(name))
            .map(Ran::how)
            .collect(Collectors.toSet());
    if (ways.contains(Ran.How.EXECUTED) || ways.contains(Ran.How.SEEN)) {
      return Cell.EXECUTED;
    }
    return ways.contains(Ran.How.REFUSED) ? Cell.REFUSED : Cell.EQUAL;
  }

  private static boolean isModelled(Definition message) {
    return message.kind() == Kind.EVENT
        ? TypedEvents.has(message.name())
        : TypedCommands.all().containsKey(message.name());
  }

  @Override
  public Optional<Cell> cell(Definition message) {
    return Optional.ofNullable(cells.get(message.name()));
  }

  /** What it said when it refused that command, if it did. */
  Optional<String> refusal(Definition message) {
    return Optional.ofNullable(refusals.get(message.name()));
  }
}
