package dev.berth.engine;

import dev.berth.definition.DefinitionWriter;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Policies;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainSnapshot.DefinitionSummary;
import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.HandTouch;
import dev.berth.domain.MachineSummary;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.DomainOnRecord;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.OnRecord;
import dev.berth.engine.step.PolicyRules;
import dev.berth.engine.step.StateTable;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.StepEvents;
import dev.berth.engine.step.TouchOnRecord;
import dev.berth.engine.step.Unsaved;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.HostFailureException;
import dev.berth.host.DefinitionView;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.PolicyState;
import dev.berth.store.StoredLaunch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is on record of one domain, and what of it is published. Every change of state goes through
 * here: checked against the state table, persisted, logged, published, in this order.
 *
 * <p>Written by the domain's driver alone; {@link #snapshot} and {@link #waiters} are for any
 * thread.
 *
 * <p>Why two ways to take a step: what a caller <em>requests</em> must not happen when it cannot be
 * made durable. What QEMU <em>did</em> has happened all the same; it is published, and persisted as
 * soon as the store can.
 */
final class Ledger implements DomainOnRecord {
  /** Beyond any number of publications that a host process makes without a commit in between. */
  private static final long GENERATION_LEAP = 10_000;

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final LaunchRecordCodec LAUNCHES = new LaunchRecordCodec();
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

  private final HostServices host;
  private final StateWaiters waiters = new StateWaiters();
  private DomainRecord row;
  private volatile Optional<DomainDefinition> definition;
  private Optional<String> unreadable;
  private Optional<DomainStatus> shown;
  private Optional<OperationSummary> operation = Optional.empty();
  private Optional<MachineSummary> machine = Optional.empty();
  private PolicyState policyState;
  private Runnable onStep = () -> {};
  private Runnable onLaunchEnd = () -> {};
  private final DomainJobs jobs;
  private final Unsaved unsaved = new Unsaved();
  private boolean retrying;
  private volatile Optional<LaunchRecord> launch;
  private volatile DefinitionView view;
  private Optional<HandTouch> touched;
  private volatile DomainSnapshot snapshot;

  Ledger(HostServices host, OnRecord found) {
    this.host = host;
    this.row = found.row().inGeneration(found.row().generation() + GENERATION_LEAP);
    this.policyState = found.policyState();
    this.jobs = new DomainJobs(found.jobs());
    this.view = new DefinitionView(row.revision(), row.document());
    this.definition = found.definition();
    this.unreadable = found.definitionProblem();
    this.launch = found.launch();
    this.touched = found.touched();
    this.shown = found.shown(host.now());
    this.snapshot = picture();
  }

  /** Has that run, in the driver's turn, whenever a step was taken. */
  void onStep(Runnable follower) {
    onStep = follower;
  }

  /** Has that run, in the driver's turn, whenever there is no launch any more. */
  void onLaunchEnd(Runnable follower) {
    onLaunchEnd = follower;
  }

  @Override
  public UUID uuid() {
    return row.uuid();
  }

  @Override
  public DomainName name() {
    return row.name();
  }

  long revision() {
    return row.revision();
  }

  /** The current definition and its revision. Any thread. */
  DefinitionView view() {
    return view;
  }

  /** The domain's jobs. */
  DomainJobs jobs() {
    return jobs;
  }

  @Override
  public List<KeptJob> running() {
    return jobs.running();
  }

  /** Whether that is the present definition. */
  boolean isDefinedAs(DomainDefinition wanted) {
    return definition.equals(Optional.of(wanted));
  }

  /**
   * The present definition.
   *
   * @throws HostFailureException when what is stored cannot be read
   */
  DomainDefinition definition() {
    return definition.orElseThrow(
        () ->
            new HostFailureException(
                "Domain '"
                    + row.name()
                    + "' cannot be used: its stored definition cannot be read: "
                    + unreadable.orElse("")
                    + " Define it again."));
  }

  /** The launch of the present machine. Any thread. */
  @Override
  public Optional<LaunchRecord> launch() {
    return launch;
  }

  /** How the present machine was touched by hand, if it was. */
  Optional<HandTouch> touched() {
    return touched;
  }

  /** State and reason as last persisted, whatever is shown on top of it. */
  @Override
  public DomainStatus status() {
    return row.status();
  }

  /** The present definition, if it can be read. Any thread. */
  Optional<DomainDefinition> readable() {
    return definition;
  }

  /** How far the host is with the domain's policies, as last persisted. */
  PolicyState policyState() {
    return policyState;
  }

  /** Since when the guest runs, if it does. */
  Optional<Instant> runningSince() {
    return row.status().state() == DomainState.RUNNING
        ? Optional.of(row.status().since())
        : Optional.empty();
  }

  DomainSnapshot snapshot() {
    return snapshot;
  }

  StateWaiters waiters() {
    return waiters;
  }

  Optional<OperationSummary> operation() {
    return operation;
  }

  // ---- what is published without being persisted

  /** Shows that status instead of the persisted one, until a step sets one. */
  void show(DomainStatus status) {
    checkTransition(status);
    shown = Optional.of(status);
    publish();
  }

  void operation(Optional<OperationSummary> summary) {
    operation = summary;
    publish();
  }

  void machine(Optional<MachineSummary> summary) {
    machine = summary;
    publish();
  }

  // ---- steps

  /** Whether the state table lets the domain get there. */
  boolean allows(DomainStatus next) {
    return StateTable.allows(shown.orElse(row.status()).state(), next.state());
  }

  /**
   * Persists the step, then publishes it; when it cannot be persisted nothing changes and the stage
   * fails.
   */
  CompletionStage<Void> request(Step step) {
    Prepared prepared = prepare(step);
    return host.commit(prepared.after(unsaved))
        .thenAccept(
            events -> {
              unsaved.saved();
              apply(prepared);
              host.announce(events);
              jobs.tell(step.jobs());
            });
  }

  /**
   * Publishes what has happened, persisted before if the store lets us, else as soon as it does.
   */
  CompletionStage<Void> observe(Step step) {
    Prepared prepared = prepare(step);
    return host.commit(prepared.after(unsaved))
        .handle(
            (events, failure) -> {
              if (failure == null) {
                unsaved.saved();
              } else {
                keep(prepared, failure);
              }
              apply(prepared);
              if (failure == null) {
                host.announce(events);
              }
              jobs.tell(step.jobs());
              return null;
            });
  }

  private void keep(Prepared prepared, Throwable failure) {
    if (unsaved.isEmpty()) {
      LOG.error("Domain '{}': a change cannot be persisted yet", row.name(), failure);
    }
    unsaved.keep(prepared.changes(), prepared.events());
  }

  /**
   * When to try {@link #saveUnsaved}; empty when there is nothing to save, or somebody tries
   * already.
   */
  Optional<Duration> retry() {
    if (unsaved.isEmpty() || retrying) {
      return Optional.empty();
    }
    retrying = true;
    return Optional.of(RETRY);
  }

  /** Tries once more to persist what has happened. */
  CompletionStage<Void> saveUnsaved() {
    retrying = false;
    return unsaved.isEmpty() ? Mailbox.DONE : observe(Step.by(Actors.HOST));
  }

  /** A step with its rows written out. */
  private record Prepared(
      Step step,
      DomainRecord row,
      PolicyRules.Outcome policy,
      List<Change> changes,
      List<DomainEvent> events) {

    Commit after(Unsaved unsaved) {
      List<Change> allChanges = new ArrayList<>(unsaved.changes());
      allChanges.addAll(changes);
      List<DomainEvent> allEvents = new ArrayList<>(unsaved.events());
      allEvents.addAll(events);
      return new Commit(allChanges, allEvents);
    }
  }

  private Prepared prepare(Step step) {
    step.status().ifPresent(this::checkTransition);
    Optional<DomainDefinition> next = step.definition();
    DomainRecord written =
        new DomainRecord(
            row.uuid(),
            row.name(),
            row.generation() + 1,
            next.isPresent() ? row.revision() + 1 : row.revision(),
            next.map(DefinitionWriter::json).orElse(row.document()),
            step.status().orElse(row.status()));
    List<Change> changes = new ArrayList<>();
    changes.add(new Change.PutDomain(written));
    Optional<HandTouch> mark = touchedAfter(step);
    if (step.launch().isPresent() || step.touched().isPresent()) {
      step.launch().or(() -> launch).ifPresent(it -> changes.add(stored(it, mark)));
    }
    changes.addAll(jobs.changes(step.jobs()));
    if (step.endsLaunch()) {
      changes.add(new Change.RemoveLaunch(row.uuid()));
      changes.add(new Change.RemoveIntent(row.uuid()));
    }
    changes.addAll(step.changes());
    Policies policies = definition.map(DomainDefinition::policies).orElse(Policies.NONE);
    PolicyRules.Outcome policy =
        PolicyRules.after(policyState, policies, step, host.boot(), host.now());
    if (!policy.state().equals(policyState)) {
      changes.add(new Change.PutPolicyState(policy.state()));
    }
    return new Prepared(
        step, written, policy, changes, StepEvents.of(row, step, policy.events(), host.now()));
  }

  private Change stored(LaunchRecord record, Optional<HandTouch> mark) {
    String document = LAUNCHES.write(record);
    return new Change.PutLaunch(
        new StoredLaunch(
            row.uuid(),
            record.incarnation(),
            mark.map(touch -> TouchOnRecord.add(document, touch)).orElse(document)));
  }

  /** A machine that was touched stays so when its record changes; another has a clean one. */
  private Optional<HandTouch> touchedAfter(Step step) {
    boolean isAnother =
        step.launch().isPresent()
            && !launch
                .map(LaunchRecord::incarnation)
                .equals(step.launch().map(LaunchRecord::incarnation));
    return step.endsLaunch() || isAnother ? Optional.empty() : step.touched().or(() -> touched);
  }

  private void checkTransition(DomainStatus next) {
    if (!allows(next)) {
      DomainState from = shown.orElse(row.status()).state();
      throw new IllegalStateException("no way from " + from + " to " + next.state());
    }
  }

  private void apply(Prepared prepared) {
    Step step = prepared.step();
    step.status().ifPresent(next -> log(next, step.actor()));
    row = prepared.row().inGeneration(row.generation());
    policyState = prepared.policy().state();
    if (step.status().isPresent()) {
      shown = Optional.empty();
    }
    if (step.definition().isPresent()) {
      definition = step.definition();
      unreadable = Optional.empty();
      view = new DefinitionView(row.revision(), row.document());
    }
    touched = touchedAfter(step);
    launch = step.endsLaunch() ? Optional.empty() : step.launch().or(() -> launch);
    if (step.endsLaunch()) {
      machine = Optional.empty();
    }
    onStep.run(); // first: who reads when a start is due finds its timer set
    jobs.apply(step.jobs());
    publish();
    step.published().run();
    if (step.endsLaunch()) {
      onLaunchEnd.run();
    }
  }

  private void log(DomainStatus next, String actor) {
    LOG.info(
        "Domain '{}' is {} ({}{}), by {}",
        row.name(),
        next.state().text(),
        next.reason().text(),
        next.detail().map(detail -> ": " + detail).orElse(""),
        actor);
  }

  private void publish() {
    row = row.inGeneration(row.generation() + 1);
    snapshot = picture();
    waiters.published(snapshot);
  }

  private DomainSnapshot picture() {
    return new DomainSnapshot(
        row.name(),
        row.uuid(),
        row.generation(),
        host.now(),
        withProblem(shown.orElse(row.status())),
        new DefinitionSummary(
            row.revision(),
            launch
                .map(record -> record.subject().definitionRevision() != row.revision())
                .orElse(false),
            definition.map(known -> known.compute().cpus()).orElse(0),
            definition.map(known -> known.compute().memory()).orElse(new ByteSize(0)),
            definition.map(DomainDefinition::labels).orElse(Map.of())),
        machine,
        operation,
        PolicyRules.summary(policyState));
  }

  /** What is wrong with the definition shows where nothing more urgent is told. */
  private DomainStatus withProblem(DomainStatus status) {
    return unreadable.isEmpty() || status.detail().isPresent() && launch.isPresent()
        ? status
        : new DomainStatus(
            status.state(),
            status.reason(),
            Optional.of("its stored definition cannot be read: " + unreadable.get()),
            status.since());
  }
}
