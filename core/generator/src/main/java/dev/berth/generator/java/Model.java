package dev.berth.generator.java;

import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.FactFiles;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.fact.TypeName;
import dev.berth.generator.fact.Versions;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The facts of one world of names: QEMU's monitor, or the guest agent. */
final class Model {
  /** What the reference documents describe, beside the versions whose schema is known. */
  private static final List<String> DOCUMENTED = List.of("1.0", "1.4", "2.4", "3.0");

  private final Map<String, Definition> definitions = new LinkedHashMap<>();
  private final Set<String> inputs = new HashSet<>();
  private final Set<String> commandNames = new HashSet<>();

  private Model(Collection<Definition> all) {
    for (Definition definition : all) {
      definitions.put(definition.name(), definition);
      if (definition.kind() == Kind.COMMAND) {
        commandNames.add(JavaNames.type(definition));
      }
    }
    findInputs();
  }

  /** The worlds that these facts tell of. */
  static List<Model> of(Collection<Definition> facts) {
    return Stream.of(true, false)
        .map(
            agent ->
                facts.stream()
                    .filter(d -> d.module().equals(FactFiles.GUEST_AGENT) == agent)
                    .toList())
        .filter(world -> !world.isEmpty())
        .map(Model::new)
        .toList();
  }

  Collection<Definition> definitions() {
    return definitions.values();
  }

  Definition definition(String name) {
    Definition definition = definitions.get(name);
    if (definition == null) {
      throw new IllegalArgumentException("the facts have no " + name);
    }
    return definition;
  }

  Optional<Definition> find(String name) {
    return Optional.ofNullable(definitions.get(name));
  }

  /** Whether values of this type are sent to QEMU. */
  boolean isInput(Definition definition) {
    return definition.kind() == Kind.COMMAND || inputs.contains(definition.name());
  }

  /** The simple name of that definition's class; commands have the right of way. */
  String className(Definition definition) {
    String name = JavaNames.type(definition);
    boolean taken =
        definition.kind() != Kind.COMMAND
            && commandNames.contains(name)
            && commandOf(definition).isEmpty();
    if (definition.kind() == Kind.COMMAND && isOldSpelling(definition)) {
      return "Old" + name;
    }
    return taken ? name + "Result" : name;
  }

  /** Whether a command that no known version has differs from another one in dashes only. */
  private boolean isOldSpelling(Definition command) {
    return command.history().in().isEmpty()
        && definitions.containsKey(command.name().replace('_', '-'))
        && command.name().contains("_");
  }

  /** The command whose arguments are this struct and whose record therefore serves as both. */
  Optional<Definition> commandOf(Definition struct) {
    return definitions.values().stream()
        .filter(
            d ->
                d.kind() == Kind.COMMAND
                    && d.boxed().filter(struct.name()::equals).isPresent()
                    && JavaNames.type(d).equals(JavaNames.type(struct)))
        .findFirst();
  }

  /**
   * An item together with the definition that declares it.
   *
   * @param item the item
   * @param owner the name of the definition
   */
  record Owned(Item item, String owner) {}

  /** All members of a definition, those of its base or boxed struct before its own. */
  List<Owned> members(Definition definition) {
    Stream<Owned> inherited =
        definition.base().or(definition::boxed).stream()
            .flatMap(base -> members(definition(base)).stream());
    Stream<Owned> own =
        definition.members().values().stream().map(i -> new Owned(i, definition.name()));
    return Stream.concat(inherited, own).toList();
  }

  /**
   * Whether a member may be absent in a definition of that history: in some version it may be left
   * out or does not exist, or a documented one is too old for it.
   */
  static boolean isOptional(Item item, Definition in) {
    Set<String> missing = new HashSet<>(in.history().in());
    missing.removeAll(item.history().in());
    return !item.optionalIn().isEmpty() || !missing.isEmpty() || isYounger(item, in);
  }

  private static boolean isYounger(Item item, Definition in) {
    Optional<String> since = item.history().since().filter(v -> !v.startsWith("after"));
    Optional<String> whole = in.history().since().filter(v -> !v.startsWith("after"));
    return since.isPresent()
        && whole.isPresent()
        && DOCUMENTED.stream()
            .anyMatch(
                version ->
                    Versions.compare(whole.get(), version) <= 0
                        && Versions.compare(version, since.get()) < 0);
  }

  private void findInputs() {
    var open = new ArrayDeque<String>();
    for (Definition definition : definitions.values()) {
      if (definition.kind() == Kind.COMMAND) {
        definition.boxed().ifPresent(open::add);
        types(definition).forEach(open::add);
      }
    }
    while (!open.isEmpty()) {
      String name = open.pop();
      Definition definition = definitions.get(name);
      if (definition != null && inputs.add(name)) {
        definition.base().ifPresent(open::add);
        types(definition).forEach(open::add);
      }
    }
  }

  private static Stream<String> types(Definition definition) {
    return Stream.concat(
            definition.members().values().stream(), definition.branches().values().stream())
        .flatMap(item -> item.type().stream())
        .map(TypeName::name);
  }
}
