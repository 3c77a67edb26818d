package dev.berth.engine.step;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.store.DomainRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The events that tell of a step: those it brings along, and the change of state. Pure. */
public final class StepEvents {
  private StepEvents() {}

  /**
   * The events of a step.
   *
   * @param before the domain's row before the step
   * @param ofPolicy what the domain's policies make of it
   */
  public static List<DomainEvent> of(
      DomainRecord before, Step step, List<Step.Told> ofPolicy, Instant now) {
    List<Step.Told> told = new ArrayList<>(step.events());
    step.status()
        .filter(next -> !sameState(next, before.status()))
        .ifPresent(
            next -> told.add(new Step.Told(EventTypes.STATE, stateChange(before.status(), next))));
    told.addAll(ofPolicy);
    return told.stream().map(each -> event(before, step.actor(), each, now)).toList();
  }

  private static Map<String, String> stateChange(DomainStatus from, DomainStatus to) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("from", from.state().text());
    attributes.put("state", to.state().text());
    attributes.put("reason", to.reason().text());
    to.detail().ifPresent(detail -> attributes.put("detail", detail));
    return attributes;
  }

  private static DomainEvent event(DomainRecord row, String actor, Step.Told told, Instant now) {
    return new DomainEvent(
        0,
        now,
        Optional.of(row.uuid()),
        Optional.of(row.name().text()),
        told.type(),
        actor,
        told.attributes());
  }

  private static boolean sameState(DomainStatus one, DomainStatus other) {
    return one.state() == other.state()
        && one.reason() == other.reason()
        && one.detail().equals(other.detail());
  }
}
