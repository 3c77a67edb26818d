package dev.berth.engine;

import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.HandTouch;
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

  /** What a step says about the domain's policies, other than by what happens in it. */
  enum Policy {
    /** A user wants something else of the domain. */
    OVERRIDDEN,
    /** The host has booted, and now the domain is to be started. */
    AUTOSTARTED,
    /** The host has booted, and the domain needs no start any more. */
    AUTOSTART_SETTLED,
    /** The domain has been up for so long that earlier failures do not count. */
    RECOVERED
  }

  private final String actor;
  private @Nullable DomainStatus status;
  private @Nullable DomainDefinition definition;
  private @Nullable LaunchRecord launch;
  private boolean launchEnds;
  private @Nullable HandTouch touched;
  private @Nullable Policy policy;
  private @Nullable Failure failure;
  private final List<Change> changes = new ArrayList<>();
  private final List<Told> events = new ArrayList<>();
  private final List<KeptJob> jobs = new ArrayList<>();
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

  /** Somebody touches the machine by hand. */
  Step touched(HandTouch touch) {
    touched = touch;
    return this;
  }

  Step policy(Policy said) {
    policy = said;
    return this;
  }

  /** What happens in the step is a failure. */
  Step failure(Failure what) {
    failure = what;
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

  /** A job begins, or is another now. */
  Step job(KeptJob job) {
    jobs.add(job);
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

  Optional<HandTouch> touched() {
    return Optional.ofNullable(touched);
  }

  Optional<Policy> policy() {
    return Optional.ofNullable(policy);
  }

  Optional<Failure> failure() {
    return Optional.ofNullable(failure);
  }

  List<Change> changes() {
    return changes;
  }

  List<KeptJob> jobs() {
    return jobs;
  }

  List<Told> events() {
    return events;
  }
}
