package dev.berth.engine;

import dev.berth.engine.device.CpuSizing;
import dev.berth.engine.device.DimmWay;
import dev.berth.engine.device.Sizing;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.GuestPatience;
import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.UnsupportedException;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.CpuSlots;
import dev.berth.machine.Dimms;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Machines that are on their way to have more of something, or less. Runs in the driver's turns;
 * holds no thread while a guest thinks.
 *
 * <pre>
 *   job on record ──► how much is there? ──so much──► done
 *                       ▲          │ not yet
 *      news, 10, 20 s…  └── asked ◄┘        guest or QEMU says no ──► refused, with what is there
 * </pre>
 *
 * <p>What QEMU has decides, not its reply nor an event: nothing is lost with these, nor with a host
 * process. What is there goes on record as it is seen, whoever brought it.
 */
public final class Sizings implements MachineJobWork {
  static final String CHANGING = "changing";
  static final String DONE = "done";
  static final String REFUSED = "refused";
  static final String MACHINE_ENDED = "machine-ended";

  /** The fact of a job that says how much there was. */
  static final String FROM = "from";

  private static final Duration RETRY = Duration.ofSeconds(10);

  /** QEMU has asked the guest already. */
  private static final Pattern STILL_PENDING = Pattern.compile("in the process of unplug");

  /** Nothing in the guest has told QEMU yet that it can be asked: it is not up. */
  private static final Pattern NOT_UP =
      Pattern.compile("unplug request for not supported device type");

  private static final Logger LOG = LoggerFactory.getLogger(Sizings.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final Map<JobId, Integer> asked = new HashMap<>();
  private final Set<JobId> due = new HashSet<>();
  private final Set<JobId> tooEarly = new HashSet<>();
  private final Map<JobId, SizingEnds.Refusal> refusals = new HashMap<>();
  private final Set<JobId> looking = new HashSet<>();
  private final Set<JobId> again = new HashSet<>();
  private final SizingEnds ends;

  Sizings(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.ends = new SizingEnds(host, ledger);
  }

  /** Goes to work for a job that is on record. */
  void begin(Lifecycle.Active active, KeptJob job) {
    due.add(job.job().id());
    look(active, job);
  }

  /** Something may have come or gone. */
  void look(Lifecycle.Active active) {
    running().forEach(job -> look(active, job));
    lookWithoutJob(active);
  }

  /** The guest does not let go of that device, and says so. */
  void refused(Lifecycle.Active active, String device) {
    for (KeptJob job : running()) {
      if (sizing(job).concerns(device) && needsGuest(job)) {
        refusals.put(
            job.job().id(),
            new SizingEnds.Refusal(
                Detachments.REFUSED_BY_GUEST,
                "the guest refuses to let go of "
                    + device
                    + "; stop using it there, and ask again"));
        look(active, job);
      }
    }
  }

  static Sizing sizing(KeptJob job) {
    return Sizing.of(job).orElseThrow(() -> new IllegalStateException("no sizing: " + job));
  }

  /** How much there was. */
  static long from(KeptJob job) {
    return Long.parseLong(job.fact(FROM));
  }

  private boolean needsGuest(KeptJob job) {
    return ledger.launch().filter(launch -> sizing(job).needsGuest(launch, from(job))).isPresent();
  }

  /** The jobs that bring a machine somewhere. */
  private List<KeptJob> running() {
    return ledger.jobs().running().stream().filter(job -> Sizing.of(job).isPresent()).toList();
  }

  private Optional<KeptJob> running(Lifecycle.Active active, JobId id) {
    return ledger.jobs().find(id).filter(KeptJob::isRunning).filter(job -> isAbout(active, job));
  }

  private boolean isAbout(Lifecycle.Active active, KeptJob job) {
    return keeper.lifecycle() == active
        && ledger
            .launch()
            .filter(launch -> launch.incarnation().equals(job.fact(KeptJob.INCARNATION)))
            .isPresent();
  }

  // ---- looking

  private void look(Lifecycle.Active active, KeptJob job) {
    JobId id = job.job().id();
    if (!isAbout(active, job)) {
      return;
    }
    if (!looking.add(id)) {
      again.add(id);
      return;
    }
    sizing(job)
        .look(active.machine().qmp(), ledger.launch().orElseThrow())
        .whenComplete(
            (standing, failure) -> mailbox.event(() -> seen(active, id, standing, failure)));
  }

  private CompletionStage<?> seen(
      Lifecycle.Active active,
      JobId id,
      Sizing.@Nullable Standing standing,
      @Nullable Throwable failure) {
    looking.remove(id);
    boolean news = again.remove(id);
    Optional<KeptJob> job = running(active, id);
    if (job.isEmpty()) {
      return standing == null ? Mailbox.DONE : note(active, standing);
    }
    if (standing == null) {
      LOG.warn("Domain '{}': how much it has cannot be asked", ledger.name(), failure);
      lookLater(active, id, RETRY);
      return Mailbox.DONE;
    }
    CompletionStage<?> recorded = take(active, job.get(), standing);
    if (news) {
      look(active, job.get());
    }
    return recorded;
  }

  /** A guest that was asked for a CPU or a DIMM may let go of it after the job has ended. */
  private void lookWithoutJob(Lifecycle.Active active) {
    QmpConnection qmp = active.machine().qmp();
    if (!isLookedAt(JobKind.SET_CPUS) && ledger.launch().filter(CpuSlots::areIn).isPresent()) {
      note(active, CpuSizing.standing(qmp));
    }
    if (!isLookedAt(JobKind.SET_MEMORY)) {
      ledger
          .launch()
          .filter(Dimms::areIn)
          .ifPresent(launch -> note(active, new DimmWay().look(qmp, launch)));
    }
  }

  private boolean isLookedAt(JobKind kind) {
    return running().stream().anyMatch(job -> job.job().target().kind() == kind);
  }

  private void note(Lifecycle.Active active, CompletableFuture<Sizing.Standing> look) {
    look.whenComplete(
        (standing, failure) ->
            mailbox.event(
                () -> {
                  if (standing != null) {
                    return note(active, standing);
                  }
                  LOG.warn("Domain '{}': what it has cannot be asked for", ledger.name(), failure);
                  return Mailbox.DONE;
                }));
  }

  /** What is there goes on record; nobody waits for it. */
  private CompletionStage<?> note(Lifecycle.Active active, Sizing.Standing standing) {
    if (keeper.lifecycle() != active || ledger.launch().isEmpty()) {
      return Mailbox.DONE;
    }
    free(active, standing);
    LaunchRecord before = ledger.launch().get();
    LaunchRecord after = standing.onto().apply(before);
    return after.equals(before) ? Mailbox.DONE : recorded(Step.by(Actors.GUEST).launch(after));
  }

  /** In the turn that has seen it, so before anything is made anew. */
  private void free(Lifecycle.Active active, Sizing.Standing standing) {
    if (!standing.left().isEmpty()) {
      DeviceParts.free(active.machine().qmp(), standing.left())
          .exceptionally(
              failure -> {
                LOG.warn("Domain '{}': {} is left", ledger.name(), standing.left(), failure);
                return null;
              });
    }
  }

  private CompletionStage<?> take(Lifecycle.Active active, KeptJob job, Sizing.Standing standing) {
    free(active, standing);
    Step step = Step.by(job.job().origin().actor());
    LaunchRecord before = ledger.launch().orElseThrow();
    LaunchRecord after = standing.onto().apply(before);
    boolean isNews = !after.equals(before);
    if (isNews) {
      step.launch(after);
    }
    if (standing.now() == sizing(job).target()) {
      forget(job.job().id());
      return recorded(ends.done(step, job));
    }
    Progress progress = progress(job, standing.now());
    Optional<SizingEnds.Refusal> refusal = Optional.ofNullable(refusals.remove(job.job().id()));
    if (refusal.isPresent()) {
      forget(job.job().id());
      return recorded(ends.over(step, job, progress, refusal.get()));
    }
    ledger.jobs().show(job.with(running(job, progress)));
    return (isNews ? recorded(step) : Mailbox.DONE)
        .thenRun(
            () -> {
              if (isNews && sizing(job).isStepByStep() && needsGuest(job)) {
                askForNext(active, job);
              }
              askIfDue(active, job, standing);
            });
  }

  private CompletionStage<Void> recorded(Step step) {
    return keeper.record(step).thenRun(() -> ledger.launch().ifPresent(host.launcher()::changed));
  }

  /** How far that job is when there is so much now. */
  static Progress progress(KeptJob job, long now) {
    return progress(sizing(job), from(job), now);
  }

  /** How far it is when there was so much and now is. */
  static Progress progress(Sizing sizing, long from, long now) {
    long total = Math.abs(sizing.target() - from);
    return Progress.of(Math.max(0, total - Math.abs(sizing.target() - now)), total);
  }

  private Job.Status running(KeptJob job, Progress progress) {
    int times = asked.getOrDefault(job.job().id(), 0);
    return new Job.Status(
        JobState.RUNNING,
        needsGuest(job) ? Detachments.WAITING : CHANGING,
        Optional.of(progress),
        needsGuest(job) && times > 0 ? waiting(job, times) : "",
        Optional.empty());
  }

  private String waiting(KeptJob job, int times) {
    return tooEarly.contains(job.job().id())
        ? "the guest is not up yet, and is asked again"
        : "the guest was asked "
            + (times == 1 ? "once" : times + " times")
            + ", and has not done it yet"
            + sizing(job).doubt();
  }

  // ---- asking

  private void askIfDue(Lifecycle.Active active, KeptJob job, Sizing.Standing standing) {
    JobId id = job.job().id();
    if (!isAbout(active, job) || !due.remove(id)) {
      return;
    }
    LaunchRecord launch = standing.onto().apply(ledger.launch().orElseThrow());
    try {
      sizing(job).check(launch);
    } catch (BerthException cannot) {
      refusals.put(id, new SizingEnds.Refusal(REFUSED, cannot.getMessage()));
      mailbox.event(
          () -> {
            look(active, job);
            return Mailbox.DONE;
          });
      return;
    }
    int times = asked.merge(id, 1, Integer::sum);
    sizing(job)
        .ask(active.machine().qmp(), launch)
        .whenComplete((sent, failure) -> mailbox.event(() -> answered(active, job, failure)));
    host.timers()
        .after(
            GuestPatience.pause(times),
            () ->
                mailbox.event(
                    () -> {
                      running(active, id).ifPresent(still -> begin(active, still));
                      return Mailbox.DONE;
                    }));
  }

  /** A part has gone that the guest was asked for. */
  private void askForNext(Lifecycle.Active active, KeptJob job) {
    JobId id = job.job().id();
    if (isAbout(active, job) && asked.containsKey(id) && !due.contains(id)) {
      sizing(job)
          .ask(active.machine().qmp(), ledger.launch().orElseThrow())
          .whenComplete((sent, failure) -> mailbox.event(() -> answered(active, job, failure)));
    }
  }

  private CompletionStage<?> answered(
      Lifecycle.Active active, KeptJob job, @Nullable Throwable failure) {
    JobId id = job.job().id();
    tooEarly.remove(id);
    if (failure != null
        && Answers.cause(failure) instanceof QemuRefusedException refused
        && !STILL_PENDING.matcher(refused.description()).find()) {
      if (needsGuest(job) && NOT_UP.matcher(refused.description()).find()) {
        tooEarly.add(id);
      } else {
        refusals.put(
            id,
            new SizingEnds.Refusal(
                Detachments.REFUSED_BY_QEMU, "QEMU refused it: " + refused.description()));
      }
    }
    look(active, job);
    return Mailbox.DONE;
  }

  private void lookLater(Lifecycle.Active active, JobId id, Duration pause) {
    host.timers()
        .after(
            pause,
            () ->
                mailbox.event(
                    () -> {
                      running(active, id).ifPresent(job -> look(active, job));
                      return Mailbox.DONE;
                    }));
  }

  // ---- the end

  private void forget(JobId id) {
    asked.remove(id);
    tooEarly.remove(id);
    due.remove(id);
    refusals.remove(id);
  }

  /** Ends the asking. A guest that was asked may let go all the same. */
  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    Job.Status status =
        new Job.Status(
            JobState.CANCELLED,
            Detachments.CANCELLED,
            job.job().status().progress(),
            "nothing more is asked for; having been asked, the guest may let go all the same",
            Optional.of(host.now()));
    forget(job.job().id());
    return ledger.request(JobSteps.ended(Step.by(actor), job.with(status)));
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Cannot pause or resume job "
            + job.job().id()
            + ": what the guest was asked for it may do at any time. Cancel it, and ask again later.");
  }

  // ---- other machines

  @Override
  public void resume(Lifecycle.Active active) {
    looking.clear();
    again.clear();
    running().forEach(job -> begin(active, job));
    lookWithoutJob(active);
  }

  /** What is to be so at the next boot is so then; else there is nothing left to change. */
  @Override
  public CompletionStage<?> settleWithoutMachine() {
    String present = ledger.launch().map(LaunchRecord::incarnation).orElse("");
    CompletionStage<?> recorded = Mailbox.DONE;
    for (KeptJob job : running()) {
      if (!job.fact(KeptJob.INCARNATION).equals(present)) {
        forget(job.job().id());
        recorded = recorded.thenCompose(before -> keeper.record(ends.withoutMachine(job)));
      }
    }
    return recorded;
  }
}
