package dev.berth.schema;

import dev.berth.qapi.AgentHistory;
import dev.berth.qapi.QapiHistory;
import java.util.Optional;

/** What the facts of the typed model tell of commands and arguments. */
public final class KnownFacts implements CommandFacts {
  private final String lines;

  /** QEMU's. */
  public KnownFacts() {
    this(QapiHistory.LINES);
  }

  private KnownFacts(String lines) {
    this.lines = lines;
  }

  /** The guest agent's. */
  public static KnownFacts ofAgent() {
    return new KnownFacts(AgentHistory.LINES);
  }

  /** Looks through the text for one line: it is asked only when something is refused. */
  @Override
  public Optional<Fact> find(String name) {
    return lines
        .lines()
        .filter(line -> line.startsWith(name + "\t"))
        .findFirst()
        .map(KnownFacts::fact);
  }

  private static Fact fact(String line) {
    String[] fields = line.split("\t", -1);
    return new Fact(known(fields[1]), known(fields[2]), known(fields[3]));
  }

  private static Optional<String> known(String field) {
    return field.isEmpty() ? Optional.empty() : Optional.of(field);
  }
}
