package dev.berth.docs;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One line of an {@link ApiText}.
 *
 * @param bits what {@link ApiFlag}s it has
 * @param name of the type or member
 * @param descriptor empty for a type
 * @param clauses what follows words such as {@code throws}
 */
record ApiLine(int bits, String name, String descriptor, Map<String, String> clauses) {
  /** Words that class files say otherwise than by a bit. */
  private static final Set<String> NOT_IN_BITS = Set.of("class", "sealed");

  static ApiLine of(String line) {
    // A constant may have spaces, and is for readers.
    Iterator<String> words = Arrays.stream(line.strip().split(" = ", 2)[0].split(" ")).iterator();
    int bits = 0;
    String word = words.next();
    for (Optional<ApiFlag> flag = ApiFlag.of(word);
        flag.isPresent() || NOT_IN_BITS.contains(word);
        flag = ApiFlag.of(word)) {
      bits |= flag.map(known -> known.bit).orElse(0);
      word = words.next();
    }
    String descriptor = line.startsWith(" ") ? words.next() : "";
    Map<String, String> clauses = new HashMap<>();
    while (words.hasNext()) {
      clauses.put(words.next(), words.next());
    }
    return new ApiLine(bits, word, descriptor, clauses);
  }

  boolean isType() {
    return descriptor.isEmpty();
  }

  boolean isMethod() {
    return descriptor.startsWith("(");
  }

  String[] names(String clause) {
    return clauses.containsKey(clause) ? clauses.get(clause).split(",") : new String[0];
  }
}
