package dev.berth.schema;

import java.util.Optional;

/** What no single QEMU tells of its commands: since when others have them, and until when. */
@FunctionalInterface
public interface CommandFacts {

  /**
   * What is known of a command, or of an argument of one.
   *
   * @param name the QAPI name, e.g. {@code query-cpus}, or {@code blockdev-mirror.target-is-zero}
   */
  Optional<Fact> find(String name);

  /**
   * One command's or argument's place in QEMU's history.
   *
   * @param since the first version that has it, or {@code after} the last one known not to
   * @param removedIn the first version that has it no longer
   * @param instead what does the same since then
   */
  record Fact(Optional<String> since, Optional<String> removedIn, Optional<String> instead) {

    /** For people: {@code since 6.0}, or {@code after 10.0}. */
    public Optional<String> age() {
      return since.map(version -> version.startsWith("after") ? version : "since " + version);
    }

    /** For a message: {@code (since 6.0)}, or {@code (removed in 6.0; use '…' instead)}. */
    String text() {
      StringBuilder text = new StringBuilder();
      age().ifPresent(age -> append(text, age));
      removedIn.ifPresent(version -> append(text, "removed in " + version));
      instead.ifPresent(other -> append(text, "use '" + other + "' instead"));
      return text.isEmpty() ? "" : " (" + text + ")";
    }

    private static void append(StringBuilder text, String part) {
      text.append(text.isEmpty() ? "" : "; ").append(part);
    }
  }
}
