package dev.berth.generator.schema;

import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Makes one model of the schemas of several versions: their union. Names, order and kinds are those
 * of the newest version that has a thing.
 */
final class Merger {
  private static final Set<Kind> STRUCTURES = Set.of(Kind.STRUCT, Kind.UNION);

  private final List<Map<String, Definition>> newestFirst;

  private Merger(List<Map<String, Definition>> newestFirst) {
    this.newestFirst = newestFirst;
  }

  /** The union of these schemas; what other names a type had is found by {@link Renamed}. */
  static Map<String, Definition> merge(List<Map<String, Definition>> newestFirst) {
    return new Renamed(new Merger(newestFirst).merged(), newestFirst).unified();
  }

  private Map<String, Definition> merged() {
    var merged = new LinkedHashMap<String, Definition>();
    for (Map<String, Definition> schema : newestFirst) {
      for (String name : schema.keySet()) {
        merged.computeIfAbsent(name, this::merge);
      }
    }
    return merged;
  }

  /**
   * A base or a boxed type that not all versions have is resolved into its members; a boxed union
   * cannot be.
   */
  private Definition merge(String name) {
    List<Map<String, Definition>> having =
        newestFirst.stream().filter(schema -> schema.containsKey(name)).toList();
    List<Definition> versions = new ArrayList<>();
    boolean sameBase = same(having, schema -> schema.get(name).base());
    boolean sameBox = same(having, schema -> schema.get(name).boxed());
    for (Map<String, Definition> schema : having) {
      Definition one = schema.get(name);
      boolean flatten = !sameBase || !sameBox && !isUnion(schema, one.boxed());
      versions.add(flatten ? one.flattened(allMembers(schema, one)) : one);
    }
    return versions.stream().reduce(Merger::join).orElseThrow();
  }

  private static boolean same(
      List<Map<String, Definition>> schemas, Function<Map<String, Definition>, Object> trait) {
    return schemas.stream().map(trait).distinct().count() == 1;
  }

  private static boolean isUnion(Map<String, Definition> schema, Optional<String> type) {
    return type.map(schema::get).filter(d -> d.kind() == Kind.UNION).isPresent();
  }

  /** The members of this definition, those of its base or its boxed type before its own. */
  static Map<String, Item> allMembers(Map<String, Definition> schema, Definition definition) {
    Stream<Item> inherited =
        definition
            .base()
            .or(definition::boxed)
            .map(schema::get)
            .map(base -> allMembers(schema, base).values().stream())
            .orElse(Stream.empty());
    return Definition.byName(Stream.concat(inherited, definition.members().values().stream()));
  }

  /** Both in one. A struct that has become a union, or was one, is a union. */
  static Definition join(Definition newer, Definition older) {
    if (newer.kind() != older.kind()
        && !STRUCTURES.containsAll(Set.of(newer.kind(), older.kind()))) {
      throw new IllegalArgumentException(
          newer.name() + " is " + newer.kind() + ", and was " + older.kind());
    }
    return new Definition(
        older.discriminator().isPresent() ? older.kind() : newer.kind(),
        newer.name(),
        newer.module(),
        newer.base(),
        newer.boxed().or(older::boxed),
        newer.discriminator().or(older::discriminator),
        newer.returns().or(older::returns),
        join(newer.members(), older.members()),
        join(newer.branches(), older.branches()),
        newer.history().merge(older.history()));
  }

  static Map<String, Item> join(Map<String, Item> newer, Map<String, Item> older) {
    var joined = new LinkedHashMap<>(newer);
    older.forEach((name, item) -> joined.merge(name, item, Item::merge));
    return joined;
  }
}
