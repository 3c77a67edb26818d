package dev.berth.generator.schema;

import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.FactFiles;
import dev.berth.generator.fact.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Makes the fact files from schema sources, live schemas and what is written by hand. */
final class Extract {
  private static final String NEWEST_SOURCE = "10.0";
  private static final String LIVE_ONLY = "11.1";

  private final Path sources;
  private final Path schemas;
  private final ByHand byHand;
  private final List<String> problems = new ArrayList<>();

  private Extract(Path sources, Path schemas, ByHand byHand) {
    this.sources = sources;
    this.schemas = schemas;
    this.byHand = byHand;
  }

  /**
   * Runs with four paths: schema sources by version, live schemas by version, what is written by
   * hand, and the folder for the facts.
   */
  public static void main(String[] arguments) throws IOException {
    var extract =
        new Extract(
            Path.of(arguments[0]), Path.of(arguments[1]), ByHand.read(Path.of(arguments[2])));
    Path facts = Path.of(arguments[3]);
    FactFiles.write(facts, extract.monitor());
    FactFiles.write(facts, extract.agent());
    extract.problems.forEach(System.err::println);
  }

  private List<Definition> monitor() throws IOException {
    Map<String, Definition> model =
        Merger.merge(
            List.of(
                SourceSchema.monitor("10.0", sources.resolve("10.0")),
                SourceSchema.monitor("7.2", sources.resolve("7.2")),
                SourceSchema.monitor("5.2", sources.resolve("5.2"))));
    Set<Place> visible = align(NEWEST_SOURCE, new HashMap<>(model)).seen();
    align(LIVE_ONLY, model);
    assumeWhatNoBuildShows(model, visible);
    return byHand.complete(model);
  }

  private List<Definition> agent() throws IOException {
    Map<String, Definition> model =
        Merger.merge(
            List.of(
                SourceSchema.agent("10.0", sources.resolve("10.0")),
                SourceSchema.agent("7.2", sources.resolve("7.2")),
                SourceSchema.agent("5.2", sources.resolve("5.2"))));
    return sorted(model);
  }

  private Alignment align(String version, Map<String, Definition> model) throws IOException {
    var alignment =
        new Alignment(
            version,
            "after " + NEWEST_SOURCE,
            model,
            LiveSchema.read(schema(version)),
            byHand.modules());
    alignment.run();
    alignment.problems().forEach(problem -> problems.add(version + ": " + problem));
    return alignment;
  }

  /** The file with the schema of the newest release of that version. */
  private Path schema(String version) throws IOException {
    try (Stream<Path> files = Files.list(schemas)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith("query-qmp-schema-" + version + "."))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  /**
   * A live schema lacks what its build left out. What the newest source has and its own build does
   * not show is taken to be in the live-only version too, and is marked so.
   */
  private static void assumeWhatNoBuildShows(Map<String, Definition> model, Set<Place> visible) {
    for (Definition definition : List.copyOf(model.values())) {
      String name = definition.name();
      Definition assumed =
          definition
              .withMembers(
                  assume(
                      definition.members(), item -> visible.contains(new Place(name, item, false))))
              .withBranches(
                  assume(
                      definition.branches(),
                      item -> visible.contains(new Place(name, item, true))));
      if (definition.history().in().contains(NEWEST_SOURCE)
          && !definition.history().in().contains(LIVE_ONLY)
          && !visible.contains(Place.of(name))) {
        assumed =
            assumed.withHistory(assumed.history().alsoIn(LIVE_ONLY).withFlag("assumed", LIVE_ONLY));
      }
      model.put(name, assumed);
    }
  }

  private static Map<String, Item> assume(
      Map<String, Item> items, java.util.function.Predicate<String> isVisible) {
    var assumed = new LinkedHashMap<String, Item>();
    items.forEach(
        (name, item) -> {
          boolean hidden =
              item.history().in().contains(NEWEST_SOURCE)
                  && !item.history().in().contains(LIVE_ONLY)
                  && !isVisible.test(name);
          assumed.put(
              name,
              hidden ? item.alsoIn(LIVE_ONLY, item.optionalIn().contains(NEWEST_SOURCE)) : item);
        });
    return assumed;
  }

  static List<Definition> sorted(Map<String, Definition> model) {
    return List.copyOf(new TreeMap<>(model).values());
  }
}
