package dev.berth.generator.fact;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A command, an event or a type.
 *
 * @param kind which of them
 * @param name its name in the schema
 * @param module the schema file that defines it, without its suffix
 * @param base the struct whose members it has before its own
 * @param boxed the type whose members are the arguments of this command or the data of this event
 * @param discriminator the member that tells the branches of a union apart
 * @param returns what a command returns, if it returns anything
 * @param members arguments, members or values, in their order
 * @param branches the branches of a union or an alternate
 * @param history where it exists
 */
public record Definition(
    Kind kind,
    String name,
    String module,
    Optional<String> base,
    Optional<String> boxed,
    Optional<String> discriminator,
    Optional<TypeName> returns,
    Map<String, Item> members,
    Map<String, Item> branches,
    History history) {

  public Definition {
    members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    branches = Collections.unmodifiableMap(new LinkedHashMap<>(branches));
  }

  /** One without any part. */
  public static Definition empty(Kind kind, String name, String module, History history) {
    return new Definition(
        kind,
        name,
        module,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Map.of(),
        history);
  }

  /** Those items by their names, in that order. */
  public static Map<String, Item> byName(Stream<Item> items) {
    return items.collect(
        Collectors.toMap(Item::name, Function.identity(), (one, other) -> one, LinkedHashMap::new));
  }

  /** This, with other members. */
  public Definition withMembers(Map<String, Item> others) {
    return new Definition(
        kind, name, module, base, boxed, discriminator, returns, others, branches, history);
  }

  /** This, with other branches. */
  public Definition withBranches(Map<String, Item> others) {
    return new Definition(
        kind, name, module, base, boxed, discriminator, returns, members, others, history);
  }

  /** This, with another history. */
  public Definition withHistory(History other) {
    return new Definition(
        kind, name, module, base, boxed, discriminator, returns, members, branches, other);
  }

  /** This, with its base or its boxed type replaced by these members. */
  public Definition flattened(Map<String, Item> others) {
    return new Definition(
        kind,
        name,
        module,
        Optional.empty(),
        Optional.empty(),
        discriminator,
        returns,
        others,
        branches,
        history);
  }

  /** This, returning something. */
  public Definition returning(Optional<TypeName> type) {
    return new Definition(
        kind, name, module, base, boxed, discriminator, type, members, branches, history);
  }
}
