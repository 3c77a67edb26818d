package dev.berth.domain;

import dev.berth.api.Api;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Names of resources: of what a definition names and does not contain. Each kind has names of its
 * own.
 *
 * @param descriptors of open files, in alphabetical order
 * @param secrets of passphrases, in alphabetical order
 */
@Api(since = "0.1")
public record ResourceNames(Set<String> descriptors, Set<String> secrets) {
  /** What a name looks like. */
  public static final String PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

  /** Copies the sets. */
  public ResourceNames {
    descriptors = Collections.unmodifiableSet(new TreeSet<>(descriptors));
    secrets = Collections.unmodifiableSet(new TreeSet<>(secrets));
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return descriptors.isEmpty() && secrets.isEmpty();
  }

  /** Those that are not among the others. */
  public ResourceNames without(ResourceNames others) {
    return new ResourceNames(
        difference(descriptors, others.descriptors), difference(secrets, others.secrets));
  }

  private static Set<String> difference(Set<String> names, Set<String> others) {
    Set<String> left = new TreeSet<>(names);
    left.removeAll(others);
    return left;
  }

  /** For example {@code file descriptors 'lan', 'root' and secret 'disk-key'}; empty for none. */
  public String text() {
    List<String> kinds = new ArrayList<>();
    add(kinds, "file descriptor", descriptors);
    add(kinds, "secret", secrets);
    return String.join(" and ", kinds);
  }

  private static void add(List<String> kinds, String kind, Set<String> names) {
    if (!names.isEmpty()) {
      kinds.add(
          (names.size() == 1 ? kind : kind + "s")
              + names.stream().collect(Collectors.joining("', '", " '", "'")));
    }
  }
}
