package dev.berth.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * The domains that a listing is about: all, or those that are given by name, UUID or pattern. Keeps
 * which words no domain was meant by.
 */
final class DomainFilter<T> {
  private final Function<T, String> name;
  private final Function<T, UUID> uuid;
  private final List<String> words;
  private final Set<String> unmatched;

  /** A filter of those words; without any, every domain is meant. */
  DomainFilter(List<String> words, Function<T, String> name, Function<T, UUID> uuid) {
    this.name = name;
    this.uuid = uuid;
    this.words = List.copyOf(words);
    this.unmatched = new LinkedHashSet<>(words);
  }

  /** The domains that are meant, in their order. */
  List<T> chosen(List<T> all) {
    if (words.isEmpty()) {
      return all;
    }
    List<T> chosen = new ArrayList<>();
    for (T domain : all) {
      List<String> meant = words.stream().filter(word -> isMeant(domain, word)).toList();
      unmatched.removeAll(meant);
      if (!meant.isEmpty()) {
        chosen.add(domain);
      }
    }
    return chosen;
  }

  /** The words by which no domain was meant so far. */
  Set<String> unmatched() {
    return unmatched;
  }

  private boolean isMeant(T domain, String word) {
    return NamePattern.isPattern(word)
        ? NamePattern.of(word).matches(name.apply(domain))
        : word.equals(name.apply(domain)) || word.equalsIgnoreCase(uuid.apply(domain).toString());
  }
}
