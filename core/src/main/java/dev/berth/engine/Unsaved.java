package dev.berth.engine;

import dev.berth.domain.DomainEvent;
import dev.berth.store.Change;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What has happened to a domain and is not on disk yet, because the store did not take it. Bounded:
 * of the changes to one row only the last counts, and events beyond a limit are given up. Owned by
 * the driver.
 */
final class Unsaved {
  /** A store that takes nothing must not let this process grow. */
  private static final int EVENTS = 200;

  private enum Row {
    DOMAIN,
    LAUNCH,
    INTENT,
    POLICY_STATE
  }

  private final Map<Row, Change> changes = new LinkedHashMap<>();
  private final List<DomainEvent> events = new ArrayList<>();

  boolean isEmpty() {
    return changes.isEmpty() && events.isEmpty();
  }

  List<Change> changes() {
    return List.copyOf(changes.values());
  }

  List<DomainEvent> events() {
    return List.copyOf(events);
  }

  /** Keeps a step that could not be saved. */
  void keep(List<Change> more, List<DomainEvent> told) {
    for (Change change : more) {
      changes.remove(row(change));
      changes.put(row(change), change);
    }
    events.addAll(told.subList(0, Math.min(told.size(), EVENTS - events.size())));
  }

  /** All of it is on disk now. */
  void saved() {
    changes.clear();
    events.clear();
  }

  private static Row row(Change change) {
    if (change instanceof Change.PutLaunch || change instanceof Change.RemoveLaunch) {
      return Row.LAUNCH;
    }
    if (change instanceof Change.PutIntent || change instanceof Change.RemoveIntent) {
      return Row.INTENT;
    }
    return change instanceof Change.PutPolicyState ? Row.POLICY_STATE : Row.DOMAIN;
  }
}
