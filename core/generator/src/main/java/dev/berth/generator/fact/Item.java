package dev.berth.generator.fact;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A part of a definition: a member, an argument, a value of an enumeration, or a branch.
 *
 * @param name its name on the wire
 * @param type its type; none for a value
 * @param types the types of versions that have another one
 * @param optionalIn the versions where it may be left out
 * @param history where it exists
 */
public record Item(
    String name,
    Optional<TypeName> type,
    Map<String, TypeName> types,
    Set<String> optionalIn,
    History history) {

  public Item {
    types = Map.copyOf(types);
    optionalIn = Versions.sorted(optionalIn);
  }

  /** A value of an enumeration. */
  public static Item value(String name, History history) {
    return new Item(name, Optional.empty(), Map.of(), Set.of(), history);
  }

  /** A member that is there in all versions of its history, or may be left out in all. */
  public static Item member(String name, TypeName type, boolean optional, History history) {
    return new Item(name, Optional.of(type), Map.of(), optional ? history.in() : Set.of(), history);
  }

  /** This, with another history. */
  public Item withHistory(History other) {
    return new Item(name, type, types, optionalIn, other);
  }

  /** This, with another type. */
  public Item withType(TypeName other) {
    return new Item(name, Optional.of(other), types, optionalIn, history);
  }

  /** This, seen in one more version. */
  public Item alsoIn(String version, boolean optional) {
    Set<String> more = optional ? History.union(optionalIn, Set.of(version)) : optionalIn;
    return new Item(name, type, types, more, history.alsoIn(version));
  }

  /** This, with that type in one version. */
  public Item withTypeIn(String version, TypeName other) {
    var more = new LinkedHashMap<>(types);
    more.put(version, other);
    return new Item(name, type, more, optionalIn, history);
  }

  /** The type in that version. */
  public TypeName typeIn(String version) {
    return types.getOrDefault(version, type.orElseThrow());
  }

  /** Both together; this one is that of the newer version. */
  public Item merge(Item older) {
    var all = new LinkedHashMap<String, TypeName>(older.types);
    if (type.isPresent() && older.type.isPresent()) {
      for (String version : older.history.in()) {
        TypeName before = older.typeIn(version);
        if (!before.equals(type.get())) {
          all.put(version, before);
        }
      }
    }
    all.putAll(types);
    return new Item(
        name,
        type.or(older::type),
        all,
        History.union(optionalIn, older.optionalIn),
        history.merge(older.history));
  }
}
