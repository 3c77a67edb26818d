package dev.berth.engine;

import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainStatus;
import dev.berth.machine.LaunchRecord;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One atomic change of a domain in the making: what becomes of it, and what is told of it. */
final class Step {

  /** An event to be told. */
  record Told(String type, Map<String, String> attributes) {}

  private final String actor;
  private @Nullable DomainStatus status;
  private @Nullable DomainDefinition definition;
  private @Nullable LaunchRecord launch;
  private boolean launchEnds;
  private final List<Change> changes = new ArrayList<>();
  private final List<Told> events = new ArrayList<>();
  private Runnable published = () -> {};

  private Step(String actor) {
    this.actor = actor;
  }

  static Step by(String actor) {
    return new Step(actor);
  }

  Step status(DomainStatus next) {
    status = next;
    return this;
  }

  Step definition(DomainDefinition next) {
    definition = next;
    return this;
  }

  Step launch(LaunchRecord record) {
    launch = record;
    return this;
  }

  Step launchEnds() {
    launchEnds = true;
    return this;
  }

  Step intent(Intent intent) {
    changes.add(new Change.PutIntent(intent));
    return this;
  }

  Step change(Change change) {
    changes.add(change);
    return this;
  }

  Step event(String type, Map<String, String> attributes) {
    events.add(new Told(type, attributes));
    return this;
  }

  /** Runs when the step is published, before anybody is told of its events. */
  Step whenPublished(Runnable action) {
    published = action;
    return this;
  }

  Runnable published() {
    return published;
  }

  String actor() {
    return actor;
  }

  Optional<DomainStatus> status() {
    return Optional.ofNullable(status);
  }

  Optional<DomainDefinition> definition() {
    return Optional.ofNullable(definition);
  }

  Optional<LaunchRecord> launch() {
    return Optional.ofNullable(launch);
  }

  boolean endsLaunch() {
    return launchEnds;
  }

  List<Change> changes() {
    return changes;
  }

  List<Told> events() {
    return events;
  }
}
