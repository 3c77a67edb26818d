package dev.berth.generator.schema;

import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.fact.TypeName;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where a member has a type of another name in an older version, the newer type takes up what the
 * older one had, so that one Java type reads both. A name that only older versions have is then
 * dropped.
 */
final class Renamed {
  private final Map<String, Definition> merged;
  private final List<Map<String, Definition>> newestFirst;
  private final Set<Change> known = new HashSet<>();

  Renamed(Map<String, Definition> merged, List<Map<String, Definition>> newestFirst) {
    this.merged = merged;
    this.newestFirst = newestFirst;
  }

  private record Change(String type, String before, String version) {}

  Map<String, Definition> unified() {
    moveArgumentsToBoxedUnions();
    while (takeUpOnce()) {
      // until no new change appears
    }
    known.stream()
        .map(Change::before)
        .distinct()
        .filter(before -> !newestFirst.get(0).containsKey(before) && !isUsed(before))
        .forEach(merged::remove);
    return merged;
  }

  /** A command whose arguments have become a union: the union takes up the older ones. */
  private void moveArgumentsToBoxedUnions() {
    for (Definition command : List.copyOf(merged.values())) {
      if (command.boxed().isPresent() && !command.members().isEmpty()) {
        Definition union = merged.get(command.boxed().get());
        Set<String> versions =
            Set.copyOf(command.members().values().iterator().next().history().in());
        Definition whole = union.withMembers(Merger.join(union.members(), command.members()));
        for (String version : versions) {
          whole = whole.withHistory(whole.history().alsoIn(version));
        }
        merged.put(union.name(), whole);
        merged.put(command.name(), command.withMembers(Map.of()));
      }
    }
  }

  private boolean takeUpOnce() {
    boolean changed = false;
    for (Definition definition : List.copyOf(merged.values())) {
      for (Item item : items(definition).toList()) {
        for (Map.Entry<String, TypeName> other : item.types().entrySet()) {
          changed |= takeUp(item.type().orElseThrow().name(), other.getValue(), other.getKey());
        }
      }
    }
    return changed;
  }

  private boolean takeUp(String type, TypeName before, String version) {
    Definition newer = merged.get(type);
    Map<String, Definition> schema =
        newestFirst.stream().filter(s -> hasVersion(s, version)).findFirst().orElseThrow();
    Definition older = schema.get(before.name());
    if (newer == null
        || older == null
        || newer.name().equals(older.name())
        || newer.kind() != older.kind()
        || !known.add(new Change(type, before.name(), version))) {
      return false;
    }
    Map<String, Item> members =
        older.kind() == Kind.STRUCT ? Merger.allMembers(schema, older) : older.members();
    Map<String, Item> own = new LinkedHashMap<>(members);
    newer.base().ifPresent(base -> own.keySet().removeAll(allNames(base)));
    merged.put(
        type,
        newer
            .withMembers(Merger.join(newer.members(), own))
            .withBranches(Merger.join(newer.branches(), older.branches()))
            .withHistory(newer.history().alsoIn(version)));
    return true;
  }

  private Set<String> allNames(String type) {
    return Merger.allMembers(merged, merged.get(type)).keySet();
  }

  private static boolean hasVersion(Map<String, Definition> schema, String version) {
    return schema.values().stream().anyMatch(d -> d.history().in().contains(version));
  }

  private boolean isUsed(String type) {
    return merged.values().stream()
        .anyMatch(
            definition ->
                Stream.of(definition.base(), definition.boxed())
                        .flatMap(Optional::stream)
                        .anyMatch(type::equals)
                    || definition.returns().filter(r -> r.name().equals(type)).isPresent()
                    || items(definition)
                        .anyMatch(
                            item -> item.type().filter(t -> t.name().equals(type)).isPresent()));
  }

  private static Stream<Item> items(Definition definition) {
    return Stream.concat(
        definition.members().values().stream(), definition.branches().values().stream());
  }
}
