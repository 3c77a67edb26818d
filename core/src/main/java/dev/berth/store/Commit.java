package dev.berth.store;

import dev.berth.domain.DomainEvent;
import java.util.List;

/**
 * One atomic step: changes and the events that tell of them.
 *
 * @param changes applied in order
 * @param events with sequence 0; the store numbers them
 */
public record Commit(List<Change> changes, List<DomainEvent> events) {

  /** Copies the lists. */
  public Commit {
    changes = List.copyOf(changes);
    events = List.copyOf(events);
  }
}
