package dev.berth.engine;

import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.Liveness;
import dev.berth.domain.MachineSummary;
import dev.berth.domain.StateReason;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.QemuProcess;
import dev.berth.qapi.QueryStatus;
import dev.berth.qmp.QmpEvent;
import dev.berth.qmp.QmpEventListener;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The machine side of one driver: brings machines up, adopts them, follows what QEMU tells, and
 * sees them end. All state here belongs to the driver's turns; other threads only post to its
 * mailbox.
 *
 * <pre>
 *             start                  started
 *   Off ───────────────► Starting ───────────► Active ◄──────────┐ adopted
 *    ▲                      │                  │  │ │            │
 *    │ failed, cancelled    │        destroy / │  │ │ connection lost, process alive
 *    ├──────────────────────┘    guest ended   │  │ └───────► Adopting ◄── found at open
 *    │                                         ▼  │              │
 *    └───────────────── process gone ◄── Ending   └─ gone ─► Off │ cannot be adopted
 *                                                                ▼
 *                                                           Unadoptable ──► tried again
 * </pre>
 *
 * <p>Why what QEMU says is always asked for: events and replies cross (an event can come before the
 * reply of its command), and are missed while no host process runs. So an event is a reason to ask
 * {@code query-status}, and the answer decides.
 */
final class MachineKeeper {
  /** How long a process may outlive its closed monitor before it is adopted anew. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** How often an unadoptable machine is tried again. */
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final ShutdownRequests shutdowns;
  private final QemuEvents qemuEvents;
  private Lifecycle lifecycle = new Lifecycle.Off();

  MachineKeeper(HostServices host, Mailbox mailbox, Ledger ledger) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.shutdowns = new ShutdownRequests(host, mailbox, ledger, this);
    this.qemuEvents = new QemuEvents(host, this);
  }

  Lifecycle lifecycle() {
    return lifecycle;
  }

  void removed() {
    lifecycle = new Lifecycle.Removed();
  }

  ShutdownRequests shutdowns() {
    return shutdowns;
  }

  // ---- start

  /** Begins a start; the domain is off. */
  void start(StartMode mode, String actor, CompletableFuture<VerbResult> answer) {
    StartOperation operation = new StartOperation(host, this, ledger, mode, actor, answer);
    lifecycle = new Lifecycle.Starting(operation);
    ledger.operation(Optional.of(new OperationSummary("start", actor, host.now())));
    try {
      operation.begin();
    } catch (BerthException busy) {
      lifecycle = new Lifecycle.Off();
      ledger.operation(Optional.empty());
      answer.completeExceptionally(busy);
    }
  }

  /**
   * Persists intent and launch record; called by the operation's thread before it spawns anything.
   */
  CompletableFuture<Void> recordLaunch(StartOperation operation, LaunchRecord launch) {
    CompletableFuture<Void> recorded = new CompletableFuture<>();
    mailbox.event(
        () ->
            ledger
                .request(
                    Step.by(operation.actor())
                        .status(status(DomainState.PAUSED, StateReason.STARTING_UP))
                        .launch(launch)
                        .intent(
                            new Intent(
                                ledger.uuid(),
                                "start",
                                "{\"mode\":\"" + operation.mode().name() + "\"}",
                                operation.actor(),
                                host.now())))
                .whenComplete(
                    (done, failure) -> {
                      if (failure == null) {
                        recorded.complete(null);
                      } else {
                        recorded.completeExceptionally(cause(failure));
                      }
                    })
                .exceptionally(reported -> null));
    return recorded;
  }

  /** Where a machine's events go. */
  QmpEventListener listener(LaunchRecord launch) {
    String incarnation = launch.incarnation();
    return new QmpEventListener() {
      @Override
      public void event(QmpEvent event) {
        mailbox.event(() -> ifActive(incarnation, active -> qemuEvents.event(active, event)));
      }

      @Override
      public void missed(long count) {
        mailbox.event(() -> ifActive(incarnation, active -> ask(active)));
      }
    };
  }

  /** The machine is up: the operation's good end. */
  void started(StartOperation operation, Machine machine) {
    mailbox.event(
        () -> {
          Lifecycle.Active active = activate(machine);
          if (operation.isCancelled()) {
            ledger.operation(Optional.empty());
            return end(machine.launch(), machine.process(), operation.cancellation(), Duration.ZERO)
                .thenRun(() -> operation.answer().completeExceptionally(cancelled()));
          }
          DomainStatus status =
              operation.mode() == StartMode.RUNNING
                  ? status(DomainState.RUNNING, StateReason.BOOTED)
                  : status(DomainState.PAUSED, StateReason.USER);
          return record(Step.by(operation.actor()).status(status).change(removeIntent()))
              .thenRun(
                  () -> {
                    ledger.operation(Optional.empty());
                    operation.answer().complete(changed(""));
                    ask(active);
                  });
        });
  }

  /** The operation's bad end; it has undone everything. */
  void startFailed(StartOperation operation, BerthException failure) {
    mailbox.event(
        () -> {
          lifecycle = new Lifecycle.Off();
          CompletionStage<Void> recorded =
              ledger.launch().isEmpty()
                  ? Mailbox.DONE
                  : record(
                      Step.by(operation.actor())
                          .status(
                              operation.isCancelled()
                                  ? status(DomainState.SHUTOFF, StateReason.DESTROYED)
                                  : new DomainStatus(
                                      DomainState.SHUTOFF,
                                      StateReason.FAILED,
                                      Optional.of(failure.getMessage()),
                                      host.now()))
                          .launchEnds());
          return recorded.thenRun(
              () -> {
                ledger.operation(Optional.empty());
                operation.answer().completeExceptionally(failure);
                operation
                    .cancellation()
                    .waiting()
                    .forEach(answer -> answer.complete(changed("the start was cancelled")));
              });
        });
  }

  private BerthException cancelled() {
    return new InvalidStateException(
        "Domain '" + ledger.name() + "' was destroyed while it was starting.");
  }

  private Lifecycle.Active activate(Machine machine) {
    MachineWatch watch = new MachineWatch(host.now());
    Lifecycle.Active active = new Lifecycle.Active(machine, watch);
    lifecycle = active;
    String incarnation = machine.launch().incarnation();
    watchExit(machine.launch(), machine.process());
    machine
        .qmp()
        .disconnected()
        .thenAccept(
            why ->
                host.timers()
                    .after(LINGER, () -> mailbox.event(() -> lost(incarnation, why.message()))));
    showMachine(active);
    return active;
  }

  private void watchExit(LaunchRecord launch, QemuProcess process) {
    process.exit().thenAccept(exit -> mailbox.event(() -> gone(launch.incarnation(), exit)));
  }

  // ---- adoption

  /**
   * Takes up a machine that is proven to be ours, from before this process or after a lost
   * connection.
   */
  void adopt(LaunchRecord launch, QemuProcess process, Optional<Intent> intent, String why) {
    lifecycle = new Lifecycle.Adopting(launch, process, intent);
    ledger.show(
        new DomainStatus(
            DomainState.ADOPTING, StateReason.RESTARTED, Optional.of(why), host.now()));
    ledger.machine(Optional.of(summary(launch, process, Liveness.RESPONSIVE, host.now())));
    watchExit(launch, process);
    reconnect(launch, process);
  }

  private void reconnect(LaunchRecord launch, QemuProcess process) {
    host.launcher()
        .reconnect(launch, process, listener(launch))
        .thenCompose(
            qmp ->
                qmp.send(new QueryStatus())
                    .thenAccept(
                        status ->
                            mailbox.event(
                                () ->
                                    adopted(
                                        new Machine(launch, process, qmp),
                                        status.status().value()))))
        .exceptionally(
            failure -> {
              mailbox.event(() -> adoptionFailed(launch, cause(failure)));
              return null;
            });
  }

  private CompletionStage<?> adopted(Machine machine, String runState) {
    if (!(lifecycle instanceof Lifecycle.Adopting adopting)
        || !adopting.launch().incarnation().equals(machine.launch().incarnation())) {
      machine.qmp().close();
      return Mailbox.DONE;
    }
    Optional<Intent> intent = adopting.intent();
    if (runState.equals("prelaunch") && intent.filter(i -> i.verb().equals("start")).isPresent()) {
      return undoStart(machine);
    }
    Lifecycle.Active active = activate(machine);
    DomainStatus status = RunStates.interpret(runState, false, ledger.status(), host.now());
    Step step = Step.by(Actors.HOST).status(status).event(EventTypes.ADOPTED, Map.of());
    intent.ifPresent(
        cut ->
            step.change(removeIntent())
                .event(
                    EventTypes.RECOVERED,
                    Map.of("verb", cut.verb(), "decision", "found " + status.state().text())));
    return record(step).thenRun(() -> follow(active, status));
  }

  /** The guest of this launch never ran: there is nothing to keep. */
  private CompletionStage<?> undoStart(Machine machine) {
    MachineEnd end = new MachineEnd(MachineEnd.Cause.START_UNDONE, Actors.HOST);
    machine.qmp().close();
    return end(machine.launch(), machine.process(), end, Duration.ZERO);
  }

  private CompletionStage<?> adoptionFailed(LaunchRecord launch, Throwable failure) {
    if (lifecycle instanceof Lifecycle.Adopting adopting
        && adopting.launch().incarnation().equals(launch.incarnation())
        && adopting.process().condition() != QemuProcess.Condition.GONE) {
      unadoptable(launch, Optional.of(adopting.process()), String.valueOf(failure.getMessage()));
    }
    return Mailbox.DONE;
  }

  /** Leaves a machine alone that cannot be adopted, says why, and tries again later. */
  void unadoptable(LaunchRecord launch, Optional<QemuProcess> process, String why) {
    lifecycle = new Lifecycle.Unadoptable(launch, process);
    ledger.show(
        new DomainStatus(
            DomainState.NOSTATE, StateReason.UNADOPTABLE, Optional.of(why), host.now()));
    host.timers().after(RETRY, () -> mailbox.event(() -> recheck(launch)));
  }

  /** Looks once more at a machine that could not be adopted. */
  CompletionStage<?> recheck(LaunchRecord launch) {
    if (lifecycle instanceof Lifecycle.Unadoptable unadoptable
        && unadoptable.launch().incarnation().equals(launch.incarnation())) {
      return new Recovery(host, ledger, this).lookAgain(launch);
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> lost(String incarnation, String why) {
    if (lifecycle instanceof Lifecycle.Active active
        && active.machine().launch().incarnation().equals(incarnation)
        && active.machine().process().condition() != QemuProcess.Condition.GONE) {
      active.machine().qmp().close();
      adopt(
          active.machine().launch(),
          active.machine().process(),
          Optional.empty(),
          "the connection to QEMU was lost: " + why);
    }
    return Mailbox.DONE;
  }

  // ---- following QEMU

  /** Asks QEMU for its run state and follows the answer; at most one such question is in flight. */
  void ask(Lifecycle.Active active) {
    if (!active.watch().mayAsk()) {
      return;
    }
    active
        .machine()
        .qmp()
        .send(new QueryStatus())
        .whenComplete(
            (status, failure) ->
                mailbox.event(
                    () ->
                        ifActive(
                            active.machine().launch().incarnation(),
                            now -> {
                              if (failure == null) {
                                now.watch().answered();
                              }
                              boolean again = now.watch().asked();
                              if (failure == null && again) {
                                ask(now);
                              }
                            },
                            now ->
                                failure == null
                                    ? observe(now, status.status().value(), now.watch().actor())
                                    : Mailbox.DONE)));
  }

  /** Brings the record in line with the run state that QEMU has told. */
  CompletionStage<?> observe(Lifecycle.Active active, String runState, String actor) {
    DomainStatus status =
        RunStates.interpret(runState, active.watch().panicked(), ledger.status(), host.now());
    if (status == ledger.status()) {
      return Mailbox.DONE;
    }
    return record(Step.by(actor).status(status)).thenRun(() -> follow(active, status));
  }

  /** A guest that has shut down leaves a process to be reaped. */
  private void follow(Lifecycle.Active active, DomainStatus status) {
    if (status.state() == DomainState.SHUTDOWN) {
      MachineEnd end = new MachineEnd(MachineEnd.Cause.GUEST_SHUTDOWN, Actors.GUEST);
      mailbox.event(
          () ->
              lifecycle == active
                  ? end(
                      active.machine().launch(),
                      active.machine().process(),
                      end,
                      host.settings().reapGrace())
                  : Mailbox.DONE);
    }
  }

  // ---- the end of a machine

  /**
   * Ends the process: SIGTERM, and SIGKILL after the grace or at once when QEMU does not answer.
   */
  CompletionStage<?> end(LaunchRecord launch, QemuProcess process, MachineEnd end, Duration grace) {
    boolean deaf =
        process.condition() == QemuProcess.Condition.STOPPED
            || (lifecycle instanceof Lifecycle.Active active && active.watch().isStalled());
    lifecycle = new Lifecycle.Ending(launch, process, end);
    if (end.cause() == MachineEnd.Cause.DESTROY) {
      ledger.operation(Optional.of(new OperationSummary("destroy", end.actor(), host.now())));
    }
    Step step = Step.by(end.actor());
    if (end.cause() == MachineEnd.Cause.DESTROY) {
      step.intent(new Intent(ledger.uuid(), "destroy", "{}", end.actor(), host.now()));
    }
    return record(step).thenRun(() -> signal(launch, process, end, grace, deaf));
  }

  private void signal(
      LaunchRecord launch, QemuProcess process, MachineEnd end, Duration grace, boolean deaf) {
    if (deaf) {
      end.manner(MachineEnd.Manner.KILLED_STALLED);
      process.kill();
      return;
    }
    process.terminate();
    host.timers()
        .after(
            grace,
            () ->
                mailbox.event(
                    () -> {
                      if (lifecycle instanceof Lifecycle.Ending ending && ending.end() == end) {
                        end.manner(MachineEnd.Manner.KILLED_AFTER_GRACE);
                        process.kill();
                      }
                      return Mailbox.DONE;
                    }));
  }

  private CompletionStage<?> gone(String incarnation, ProcessExit exit) {
    Optional<LaunchRecord> launch =
        ledger.launch().filter(record -> record.incarnation().equals(incarnation));
    if (launch.isEmpty() || lifecycle instanceof Lifecycle.Starting) {
      return Mailbox.DONE;
    }
    Lifecycle before = lifecycle;
    lifecycle = new Lifecycle.Off();
    DomainStatus status = Endings.of(before, ledger.status(), exit, host.now());
    if (before instanceof Lifecycle.Active active) {
      active.machine().qmp().close();
    }
    return record(Step.by(Endings.actor(before)).status(status).launchEnds())
        .thenRun(
            () -> {
              ledger.operation(Optional.empty());
              host.files().execute(() -> host.launcher().removeRunDirectory(launch.get()));
              answerTheEnd(before, status);
            });
  }

  /** Records that a machine ended while nobody was looking. */
  CompletionStage<Void> ended(Step step) {
    lifecycle = new Lifecycle.Off();
    return record(step);
  }

  private void answerTheEnd(Lifecycle before, DomainStatus status) {
    if (before instanceof Lifecycle.Ending ending) {
      ending
          .end()
          .waiting()
          .forEach(answer -> answer.complete(changed(ending.end().manner().text())));
    }
    shutdowns.ended(status);
  }

  // ---- small things

  /**
   * Runs the action on the live machine of that incarnation; does nothing when it is no longer
   * live.
   */
  CompletionStage<?> ifActive(String incarnation, Consumer<Lifecycle.Active> action) {
    return ifActive(incarnation, action, active -> Mailbox.DONE);
  }

  private CompletionStage<?> ifActive(
      String incarnation,
      Consumer<Lifecycle.Active> first,
      Function<Lifecycle.Active, CompletionStage<?>> then) {
    if (lifecycle instanceof Lifecycle.Active active
        && active.machine().launch().incarnation().equals(incarnation)) {
      first.accept(active);
      return then.apply(active);
    }
    return Mailbox.DONE;
  }

  /** Records what has happened; what the store cannot take now is tried again until it can. */
  CompletionStage<Void> record(Step step) {
    return ledger
        .observe(step)
        .thenRun(
            () -> {
              if (ledger.unsaved()) {
                host.timers()
                    .after(
                        Ledger.retryAfter(),
                        () ->
                            mailbox.event(
                                () ->
                                    ledger.unsaved()
                                        ? record(Step.by(Actors.HOST))
                                        : Mailbox.DONE));
              }
            });
  }

  /** Records an event that changes no state, in a turn of its own. */
  void tell(Step step) {
    mailbox.event(() -> record(step));
  }

  VerbResult changed(String detail) {
    return new VerbResult(VerbResult.Effect.CHANGED, detail, ledger.snapshot());
  }

  /** Publishes what is known of the live machine. */
  void showMachine(Lifecycle.Active active) {
    Machine machine = active.machine();
    ledger.machine(
        Optional.of(
            summary(
                machine.launch(),
                machine.process(),
                active.watch().liveness(),
                active.watch().livenessSince())));
  }

  private static MachineSummary summary(
      LaunchRecord launch, QemuProcess process, Liveness liveness, Instant since) {
    return new MachineSummary(
        launch.incarnation(),
        Optional.of(process.pid()),
        launch.qemu().version(),
        launch.hardware().machineType(),
        launch.hardware().accelerator(),
        launch.hardware().acceleratorReason(),
        liveness,
        since);
  }

  private Change removeIntent() {
    return new Change.RemoveIntent(ledger.uuid());
  }

  private DomainStatus status(DomainState state, StateReason reason) {
    return DomainStatus.of(state, reason, host.now());
  }

  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
