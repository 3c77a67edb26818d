package dev.berth.conformance;

import dev.berth.generator.fact.Definition;
import dev.berth.qapi.DocumentedExchange;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One source of truth about QMP: what it says of each command and event, and what came of that. */
interface Column {

  /** What the page calls it. */
  String title();

  /** The word in its cell; empty where it does not have the command or event. */
  Optional<Cell> cell(Definition message);

  /** A reference document: it describes, and some print exchanges that are replayed. */
  record Document(String title, Map<String, Set<String>> index, Set<String> replayed)
      implements Column {

    static Document of(String title, Map<String, Set<String>> index) {
      boolean prints = DocumentedExchange.DOCUMENTS.contains(title);
      return new Document(title, index, prints ? Replayable.names(title) : Set.of());
    }

    @Override
    public Optional<Cell> cell(Definition message) {
      if (replayed.contains(message.name())) {
        return Optional.of(Cell.REPLAYED);
      }
      boolean described = index.getOrDefault(message.name(), Set.of()).contains(title);
      return described ? Optional.of(Cell.MODELLED) : Optional.empty();
    }
  }
}
