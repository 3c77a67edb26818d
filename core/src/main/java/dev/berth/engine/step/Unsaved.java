package dev.berth.engine.step;

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
public final class Unsaved {
  /** A store that takes nothing must not let this process grow. */
  private static final int EVENTS = 200;

  private final Map<String, Change> changes = new LinkedHashMap<>();
  private final List<DomainEvent> events = new ArrayList<>();

  public boolean isEmpty() {
    return changes.isEmpty() && events.isEmpty();
  }

  public List<Change> changes() {
    return List.copyOf(changes.values());
  }

  public List<DomainEvent> events() {
    return List.copyOf(events);
  }

  /** Keeps a step that could not be saved. */
  public void keep(List<Change> more, List<DomainEvent> told) {
    for (Change change : more) {
      changes.remove(row(change));
      changes.put(row(change), change);
    }
    events.addAll(told.subList(0, Math.min(told.size(), EVENTS - events.size())));
  }

  /** All of it is on disk now. */
  public void saved() {
    changes.clear();
    events.clear();
  }

  /**
   * What the change is one of, of which the last counts. Jobs begin only with a store that works.
   */
  private static String row(Change change) {
    if (change instanceof Change.PutLaunch || change instanceof Change.RemoveLaunch) {
      return "launch";
    }
    if (change instanceof Change.PutIntent || change instanceof Change.RemoveIntent) {
      return "intent";
    }
    if (change instanceof Change.PutJob put) {
      return "job " + put.job().id();
    }
    if (change instanceof Change.RemoveJob remove) {
      return "job " + remove.job();
    }
    if (change instanceof Change.PutBackup put) {
      return "backup " + put.backup().folder();
    }
    return change instanceof Change.PutPolicyState ? "policy state" : "domain";
  }
}
