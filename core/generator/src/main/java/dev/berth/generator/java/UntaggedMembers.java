package dev.berth.generator.java;

import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.History;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Versions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a union looked like in versions before its discriminator: a struct, which may have had any
 * member that is in some branch today.
 */
final class UntaggedMembers {
  private final Model model;
  private final Types types;

  UntaggedMembers(Model model, Types types) {
    this.model = model;
    this.types = types;
  }

  /** Whether some version has that union, or what became it, without the discriminator. */
  static boolean areKnown(Definition union, Item tag) {
    if (!tag.history().in().containsAll(union.history().in())) {
      return true;
    }
    Optional<String> began = number(union.history());
    Optional<String> tagged = number(tag.history());
    return began.isPresent()
        && tagged.isPresent()
        && Versions.compare(began.get(), tagged.get()) < 0;
  }

  private static Optional<String> number(History history) {
    return history.since().filter(since -> since.matches("[0-9.]+"));
  }

  /** The members of the base, then those of all branches, which may all be absent. */
  List<Component> of(Definition union, List<Component> base, Item tag) {
    var all = new ArrayList<>(base);
    Set<String> wires = new HashSet<>(Set.of(tag.name()));
    Set<String> names = new HashSet<>();
    base.forEach(
        component -> {
          wires.add(component.wire());
          names.add(component.name());
        });
    for (Item branch : union.branches().values()) {
      Definition content = model.definition(branch.type().orElseThrow().name());
      for (Component component : types.components(model.members(content), content)) {
        if (wires.add(component.wire())) {
          String name =
              names.add(component.name())
                  ? component.name()
                  : component.name() + JavaNames.variant(branch.name(), union.name());
          all.add(component.named(name).orAbsent());
        }
      }
    }
    return all;
  }
}
