package dev.berth.generator.fact;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * When and where a definition, a member, a value or a branch exists.
 *
 * @param since QEMU's own statement, if there is one
 * @param in the versions whose schema has it
 * @param documents the reference documents that describe it, if no schema does
 * @param removed the version that dropped it, if that is known
 * @param instead names that take its place
 * @param condition the build configuration that it needs, if any
 * @param flags QAPI's features and flags, each with the versions that have it set
 */
public record History(
    Optional<String> since,
    Set<String> in,
    List<String> documents,
    Optional<String> removed,
    List<String> instead,
    Optional<String> condition,
    Map<String, Set<String>> flags) {

  public History {
    in = Versions.sorted(in);
    documents = List.copyOf(documents);
    instead = List.copyOf(instead);
    flags = Collections.unmodifiableMap(new LinkedHashMap<>(flags));
  }

  /** That of something that only this version is known to have. */
  public static History of(String version) {
    return new History(
        Optional.empty(),
        Set.of(version),
        List.of(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Map.of());
  }

  /** Only the versions. */
  public History plain() {
    return new History(
        Optional.empty(), in, List.of(), Optional.empty(), List.of(), Optional.empty(), Map.of());
  }

  /** This, in more or fewer versions. */
  public History withIn(Set<String> versions) {
    return new History(since, versions, documents, removed, instead, condition, flags);
  }

  /** This, seen in one more version. */
  public History alsoIn(String version) {
    var more = new LinkedHashSet<>(in);
    more.add(version);
    return withIn(more);
  }

  /** This, with that statement about its age unless there is one. */
  public History withSince(String version) {
    return new History(
        since.or(() -> Optional.of(version)), in, documents, removed, instead, condition, flags);
  }

  /** This, with that flag set in one more version. */
  public History withFlag(String flag, String version) {
    var more = new LinkedHashMap<>(flags);
    more.merge(flag, Set.of(version), History::union);
    return new History(since, in, documents, removed, instead, condition, more);
  }

  /** This, dropped by that version in favour of those. */
  public History withEnd(Optional<String> version, List<String> successors) {
    return new History(
        since,
        in,
        documents,
        removed.or(() -> version),
        instead.isEmpty() ? successors : instead,
        condition,
        flags);
  }

  /** Both together; where both tell, this one, which is that of the newer version, is believed. */
  public History merge(History older) {
    var allFlags = new LinkedHashMap<>(flags);
    older.flags.forEach((flag, versions) -> allFlags.merge(flag, versions, History::union));
    var allDocuments = new ArrayList<>(documents);
    allDocuments.addAll(older.documents);
    return new History(
        since.or(older::since),
        union(in, older.in),
        allDocuments,
        removed.or(older::removed),
        instead.isEmpty() ? older.instead : instead,
        condition.or(older::condition),
        allFlags);
  }

  /** Whether that flag is set in some version. */
  public boolean has(String flag) {
    return flags.containsKey(flag);
  }

  static Set<String> union(Set<String> one, Set<String> other) {
    var all = new LinkedHashSet<>(one);
    all.addAll(other);
    return Versions.sorted(all);
  }
}
