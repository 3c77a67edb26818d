package dev.berth.engine;

import dev.berth.domain.DomainName;
import dev.berth.domain.ResourceNames;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.qemu.QemuNews;
import dev.berth.engine.qemu.QmpFeed;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.MachineSource;
import dev.berth.engine.step.OpenedFiles;
import dev.berth.engine.thread.OperationThreads;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.host.ResourceRequest;
import dev.berth.host.ResourceRequest.Occasion;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.qapi.misc.Cont;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.FlightRecorder;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Bringing a machine up, on a thread of its own:
 *
 * <ol>
 *   <li>see that everything is there that the definition names and does not contain
 *   <li>plan: resolve the definition, or what was saved; nothing has happened yet
 *   <li>persist the intent and the launch record
 *   <li>launch: QEMU up, machine assembled, guest not started
 *   <li>{@code cont}, unless it shall stay paused
 * </ol>
 *
 * <p>The driver persists the outcome. A failure or cancellation undoes what was done, in reverse.
 */
final class StartOperation {
  /** What the driver does for it; any thread may ask. */
  interface Course {

    /** Persists the intent and the launch record. */
    CompletableFuture<Void> record(StartOperation operation, LaunchRecord launch);

    /** Persists that a guest whose state is loaded goes on. */
    CompletableFuture<Void> recordGoingOn(StartOperation operation);

    /** The machine is up. */
    void started(StartOperation operation, Machine machine, QemuNews news);

    /** It is not; everything is undone. */
    void failed(StartOperation operation, BerthException failure);
  }

  private final HostServices host;
  private final Course course;
  private final FlightRecorder recorder;
  private final QmpFeed feed;
  private final UUID domain;
  private final DomainName name;
  private final MachineSource source;
  private final StartMode mode;
  private final HeldResources held;
  private final Occasion occasion;
  private final String actor;
  private final CompletableFuture<VerbResult> answer;

  /** Owned by the driver. */
  private final MachineEnd cancellation;

  private volatile boolean cancelled;
  private volatile boolean finished;
  private volatile Thread thread;

  StartOperation(
      HostServices host,
      Course course,
      FlightRecorder recorder,
      QmpFeed feed,
      Ledger ledger,
      MachineSource source,
      StartMode mode,
      HeldResources held,
      String actor,
      CompletableFuture<VerbResult> answer) {
    this.host = host;
    this.course = course;
    this.recorder = recorder;
    this.feed = feed;
    this.domain = ledger.uuid();
    this.name = ledger.name();
    this.source = source;
    this.mode = mode;
    this.held = held;
    boolean again = actor.equals(Actors.HOST) && ledger.policyState().tries() > 0;
    this.occasion = again ? Occasion.RESTART : Occasion.START;
    this.actor = actor;
    this.answer = answer;
    this.cancellation = new MachineEnd(MachineEnd.Cause.DESTROY, actor);
  }

  MachineSource source() {
    return source;
  }

  StartMode mode() {
    return mode;
  }

  String actor() {
    return actor;
  }

  CompletableFuture<VerbResult> answer() {
    return answer;
  }

  /** Those who destroyed the domain while it was starting. */
  MachineEnd cancellation() {
    return cancellation;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /**
   * Begins.
   *
   * @throws dev.berth.error.BusyException when the host has too many operations under way
   * @throws dev.berth.error.HostUnreachableException when the host is being closed, and nobody
   *     waits any more
   */
  void begin() {
    thread = host.operations().run(name.text(), held, this::run);
  }

  /** Ends the operation early; it undoes what it did. */
  synchronized void cancel(CompletableFuture<VerbResult> destroyer) {
    cancellation.join(destroyer);
    cancelled = true;
    if (!finished && thread != null) {
      thread.interrupt();
    }
  }

  private void run() {
    QemuNews news = new QemuNews(recorder, feed);
    try (held) {
      Machine machine = bringUp(news);
      finish();
      course.started(this, machine, news);
    } catch (InterruptedException e) {
      failed(
          new HostFailureException(
              "Domain '" + name + "' was not started: the host was closed meanwhile.", e));
    } catch (BerthException e) {
      failed(e);
    } catch (RuntimeException | Error e) { // the top of the operation's thread
      failed(new HostFailureException("Domain '" + name + "' could not be started: " + e, e));
    }
  }

  private void failed(BerthException failure) {
    finish();
    course.failed(this, failure);
  }

  private synchronized void finish() {
    finished = true;
  }

  private Machine bringUp(QemuNews news) throws InterruptedException {
    ResourceNames needed = source.needed();
    host.provision()
        .complete(
            source.wanted(),
            held,
            needed,
            new ResourceRequest(name, domain, occasion, actor, needed));
    LaunchRecord launch = source.plan(held);
    CompletableFuture<Void> recorded = course.record(this, launch);
    Deadline deadline = Deadline.of(host.settings().launchTimeout());
    Machine machine = source.launch(launch, held, () -> allowed(launch, recorded), news, deadline);
    if (mode == StartMode.RUNNING) {
      letRun(machine, deadline);
    }
    return machine;
  }

  /** Nothing is opened before it is on record, and nothing that somebody changes. */
  private void allowed(LaunchRecord launch, CompletableFuture<Void> recorded)
      throws InterruptedException {
    OperationThreads.await(recorded);
    host.filesInChange().requireNone(OpenedFiles.of(launch));
  }

  private void letRun(Machine machine, Deadline deadline) throws InterruptedException {
    boolean running = false;
    try {
      if (source.loads()) {
        OperationThreads.await(course.recordGoingOn(this));
      }
      machine.qmp().execute(new Cont(), source.untilRunning(deadline));
      running = true;
    } finally {
      if (!running) {
        machine.qmp().close();
        host.launcher().abort(machine.launch());
      }
    }
  }
}
