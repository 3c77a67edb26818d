package dev.berth.definition;

import java.util.List;

/** What sets two definitions apart. */
public final class DefinitionDiff {

  private DefinitionDiff() {}

  /**
   * The top-level keys, in the order of the reference, whose values differ: {@code [memory,
   * disks]}. Empty exactly when the definitions are equal.
   */
  public static List<String> changedKeys(DomainDefinition before, DomainDefinition after) {
    return DomainSection.SECTION.keys().stream()
        .filter(key -> !key.write(before).equals(key.write(after)))
        .map(Key::name)
        .toList();
  }
}
