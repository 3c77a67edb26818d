package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.engine.thread.Mailbox;
import dev.berth.job.JobId;
import dev.berth.machine.HeldResources;
import dev.berth.machine.Identity;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.QemuProcess;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEvent;
import dev.berth.qmp.QmpEventListener;
import dev.berth.qmp.QmpRecorder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands in for the machine of a domain that has none: for a job that reads its disks, or
 * fills new ones, a QEMU without a guest that has their images open. Its launch record is on record
 * with the job before it is started, so that the next host process finds it, and takes it up or
 * ends it. It changes no image that was there before the job, so that its end at any moment costs
 * the job alone.
 *
 * <pre>
 *   on record ──launched──► connected ◄──it lives, and answers── looked for ◄── found on record
 *                             │   │                                │    ▲
 *                             │   └───────── connection lost ──────┼────┘
 *                             └───── it has ended, or is ended ────┴──► gone
 * </pre>
 *
 * <p>Used in the driver's turns, unless said otherwise.
 */
final class StandIns {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(StandIns.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final QmpRecorder recorder;
  private final Function<KeptJob, Stream<Path>> claimed;
  private final Function<KeptJob, CompletionStage<?>> changed;
  private final Supplier<CompletionStage<?>> news;
  private final Map<JobId, Machine> connected = new ConcurrentHashMap<>();
  private final Set<JobId> gone = new HashSet<>();
  private final Set<JobId> lookedFor = new HashSet<>();

  /**
   * Those of one domain.
   *
   * @param recorder notes what is spoken with them
   * @param claimed which images nobody else is to open while such a QEMU does that job
   * @param changed takes up a job whose stand-in is connected now, or gone, or lost
   * @param news looks at the jobs of QEMU's, which have moved
   */
  StandIns(
      HostServices host,
      Mailbox mailbox,
      QmpRecorder recorder,
      Function<KeptJob, Stream<Path>> claimed,
      Function<KeptJob, CompletionStage<?>> changed,
      Supplier<CompletionStage<?>> news) {
    this.host = host;
    this.mailbox = mailbox;
    this.recorder = recorder;
    this.claimed = claimed;
    this.changed = changed;
    this.news = news;
  }

  // ---- there, or not

  /** The one that does that job, while it is connected. */
  Optional<Machine> of(KeptJob job) {
    return Optional.ofNullable(connected.get(job.job().id()))
        .filter(machine -> !machine.qmp().disconnected().isDone());
  }

  /** Whether it is known that there is none for that job any more. */
  boolean isGone(KeptJob job) {
    return gone.contains(job.job().id());
  }

  /** Nobody else is to open the images that are claimed for that job. Idempotent. */
  void claim(KeptJob job) {
    if (StandInRow.reads(job)) {
      claimed.apply(job).forEach(image -> host.filesInChange().begin(image, job.job()));
    }
  }

  /** Starts it; returns when its images are open. For a thread that may wait. */
  Machine launch(KeptJob job) throws InterruptedException {
    // It is on record as their user.
    host.filesInChange().requireNoneBut(job.job(), StandInRow.filesOf(job));
    try (HeldResources none = HeldResources.none()) {
      Machine machine =
          host.launcher()
              .launch(
                  StandInRow.launchOf(job),
                  none,
                  () -> {}, // it is on record
                  new News(),
                  Deadline.of(host.settings().launchTimeout()));
      follow(job, machine);
      return machine;
    }
  }

  private void follow(KeptJob job, Machine machine) {
    connected.put(job.job().id(), machine);
    machine
        .qmp()
        .disconnected()
        .thenAccept(
            why -> host.timers().after(LOOK_AGAIN, () -> mailbox.event(() -> lost(job, machine))));
    machine.process().exit().thenAccept(exit -> mailbox.event(() -> ended(job, machine)));
  }

  private CompletionStage<?> lost(KeptJob job, Machine machine) {
    return connected.remove(job.job().id(), machine) ? changed.apply(job) : Mailbox.DONE;
  }

  private CompletionStage<?> ended(KeptJob job, Machine machine) {
    connected.remove(job.job().id(), machine);
    return isGoneNow(job);
  }

  private CompletionStage<?> isGoneNow(KeptJob job) {
    gone.add(job.job().id());
    return changed.apply(job);
  }

  // ---- looked for

  /** Looks whether it lives, and connects to it; the job is taken up when that is known. */
  void find(KeptJob job) {
    if (!lookedFor.add(job.job().id())) {
      return;
    }
    LaunchRecord launch = StandInRow.launchOf(job);
    CompletableFuture.supplyAsync(() -> host.launcher().identify(launch), host.files())
        .whenComplete((identity, failure) -> mailbox.event(() -> found(job, launch, identity)));
  }

  private CompletionStage<?> found(KeptJob job, LaunchRecord launch, @Nullable Identity identity) {
    if (identity instanceof Identity.Alive alive) {
      host.launcher()
          .reconnect(launch, alive.process(), new News())
          .whenComplete(
              (qmp, failure) ->
                  mailbox.event(
                      () ->
                          failure == null
                              ? reached(job, new Machine(launch, alive.process(), qmp))
                              : endLost(job, launch)));
      return Mailbox.DONE;
    }
    if (identity instanceof Identity.Gone) {
      lookedFor.remove(job.job().id());
      return isGoneNow(job);
    }
    return endLost(job, launch);
  }

  private CompletionStage<?> reached(KeptJob job, Machine machine) {
    lookedFor.remove(job.job().id());
    follow(job, machine);
    return changed.apply(job);
  }

  /** There is nothing in it to lose. What cannot be proved to be of it is left alone. */
  private CompletionStage<?> endLost(KeptJob job, LaunchRecord launch) {
    CompletableFuture.runAsync(() -> host.launcher().abort(launch), host.patient())
        .whenComplete((ended, failure) -> mailbox.event(() -> lostAndEnded(job, launch, failure)));
    return Mailbox.DONE;
  }

  private CompletionStage<?> lostAndEnded(
      KeptJob job, LaunchRecord launch, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.warn(
          "Domain '{}': what stands in for its machine cannot be ended yet: {}",
          launch.subject().name(),
          failure.getMessage());
      host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> endLost(job, launch)));
      return Mailbox.DONE;
    }
    lookedFor.remove(job.job().id());
    return isGoneNow(job);
  }

  // ---- its end

  /** Ends it at once. */
  void kill(KeptJob job) {
    of(job).map(Machine::process).ifPresent(QemuProcess::kill);
  }

  /**
   * Makes sure that nothing of it is left. Idempotent. For a thread that may wait.
   *
   * @throws dev.berth.error.HostFailureException when it does not end
   */
  void end(KeptJob job) {
    Machine machine = connected.remove(job.job().id());
    if (machine != null) {
      machine.qmp().close();
    }
    host.launcher().abort(StandInRow.launchOf(job));
  }

  /** That job has come to its end, or leaves the images alone from now on. Idempotent. */
  void forget(KeptJob job) {
    gone.remove(job.job().id());
    if (StandInRow.does(job)) {
      claimed.apply(job).forEach(image -> host.filesInChange().end(image, job.job()));
    }
  }

  /** Lets go of all of them, which live on: the host is being closed. */
  void letGo() {
    connected.values().stream().map(Machine::qmp).forEach(QmpConnection::close);
  }

  /** Has QEMU's jobs looked at when one of them has moved; at most one look waits for its turn. */
  private final class News implements QmpEventListener {
    private final AtomicBoolean waiting = new AtomicBoolean();

    @Override
    public void event(QmpEvent event) {
      if (event.name().equals("JOB_STATUS_CHANGE")) {
        look();
      }
    }

    @Override
    public void missed(long count) {
      look();
    }

    private void look() {
      if (waiting.compareAndSet(false, true)) {
        mailbox.event(
            () -> {
              waiting.set(false);
              return news.get();
            });
      }
    }

    @Override
    public QmpRecorder recorder() {
      return recorder;
    }
  }
}
