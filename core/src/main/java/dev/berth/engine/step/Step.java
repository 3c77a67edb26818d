package dev.berth.engine.step;

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
public final class Step {

  /** An event to be told. */
  public record Told(String type, Map<String, String> attributes) {}

  /** What a step says about the domain's policies, other than by what happens in it. */
  public enum Policy {
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

  public static Step by(String actor) {
    return new Step(actor);
  }

  public Step status(DomainStatus next) {
    status = next;
    return this;
  }

  public Step definition(DomainDefinition next) {
    definition = next;
    return this;
  }

  public Step launch(LaunchRecord record) {
    launch = record;
    return this;
  }

  public Step launchEnds() {
    launchEnds = true;
    return this;
  }

  /** Somebody touches the machine by hand. */
  public Step touched(HandTouch touch) {
    touched = touch;
    return this;
  }

  public Step policy(Policy said) {
    policy = said;
    return this;
  }

  /** What happens in the step is a failure. */
  public Step failure(Failure what) {
    failure = what;
    return this;
  }

  public Step intent(Intent intent) {
    changes.add(new Change.PutIntent(intent));
    return this;
  }

  public Step change(Change change) {
    changes.add(change);
    return this;
  }

  /** A job begins, or is another now. */
  public Step job(KeptJob job) {
    jobs.add(job);
    return this;
  }

  public Step event(String type, Map<String, String> attributes) {
    events.add(new Told(type, attributes));
    return this;
  }

  /** Runs when the step is published, before anybody is told of its events. */
  public Step whenPublished(Runnable action) {
    published = action;
    return this;
  }

  public Runnable published() {
    return published;
  }

  public String actor() {
    return actor;
  }

  public Optional<DomainStatus> status() {
    return Optional.ofNullable(status);
  }

  public Optional<DomainDefinition> definition() {
    return Optional.ofNullable(definition);
  }

  public Optional<LaunchRecord> launch() {
    return Optional.ofNullable(launch);
  }

  public boolean endsLaunch() {
    return launchEnds;
  }

  public Optional<HandTouch> touched() {
    return Optional.ofNullable(touched);
  }

  public Optional<Policy> policy() {
    return Optional.ofNullable(policy);
  }

  public Optional<Failure> failure() {
    return Optional.ofNullable(failure);
  }

  public List<Change> changes() {
    return changes;
  }

  public List<KeptJob> jobs() {
    return jobs;
  }

  public List<Told> events() {
    return events;
  }
}
