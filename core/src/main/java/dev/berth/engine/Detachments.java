package dev.berth.engine;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.EventTypes;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.DefinitionSteps;
import dev.berth.engine.step.GuestPatience;
import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Plugging;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.EditScope;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import dev.berth.machine.Iothreads;
import dev.berth.machine.PluggedDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Devices that leave the machine, because somebody asked for it or because the guest let go of them
 * by itself. Runs in the driver's turns; holds no thread while a guest thinks.
 *
 * <pre>
 *   job on record ──device_del──► guest lets go ──► its backends freed ──► removed
 *        ▲   │  again after 10, 20, 40 s, then each minute
 *        └───┘                 guest says no ─────────────────────────────────► refused-by-guest
 * </pre>
 *
 * <p>An event is only a reason to ask QEMU which devices it has; the answer decides. So nothing is
 * lost with an event, nor with a host process: the next one asks the same.
 */
final class Detachments implements MachineJobWork {
  static final String WAITING = "waiting-for-guest";
  static final String REMOVED = "removed";
  static final String REFUSED_BY_GUEST = "refused-by-guest";
  static final String REFUSED_BY_QEMU = "refused-by-qemu";
  static final String CANCELLED = "cancelled";

  /** Facts of a job: which device of its machine, what else is to be changed. */
  static final String DEVICE = "device";

  static final String SCOPE = "scope";

  /**
   * How long until a device whose backends could not be freed is tried again, at first: QEMU tells
   * that a device is gone a moment before it lets go of a node.
   */
  private static final Duration FIRST_RETRY = Duration.ofMillis(20);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);

  /** QEMU has asked the guest already, or the guest is not up to being asked. */
  private static final Pattern STILL_PENDING =
      Pattern.compile("in the process of unplug|guest is busy|power indicator");

  private static final Logger LOG = LoggerFactory.getLogger(Detachments.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final Map<JobId, Integer> asked = new HashMap<>();
  private final Set<String> freeing = new HashSet<>();
  private final Map<String, Integer> notFreed = new HashMap<>();
  private boolean looking;
  private boolean lookAgain;
  private Optional<Retry> retry = Optional.empty();

  /** When what could not be freed is tried again, all of it at once; no other is then waiting. */
  private record Retry(Duration pause, Future<?> timer) {}

  Detachments(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** The jobs that take a device out. */
  private List<KeptJob> running() {
    return ledger.jobs().running().stream()
        .filter(kept -> Plugging.of(kept.job().target().kind()).isPresent())
        .toList();
  }

  // ---- asking

  /** Asks the guest to let go of the device of a job that is on record. */
  void begin(Lifecycle.Active active, JobId id) {
    ask(active, id);
  }

  private void ask(Lifecycle.Active active, JobId id) {
    Optional<KeptJob> job = ledger.jobs().find(id).filter(KeptJob::isRunning);
    if (job.isEmpty() || keeper.lifecycle() != active) {
      return;
    }
    int times = asked.merge(id, 1, Integer::sum);
    String device = job.get().fact(DEVICE);
    DeviceParts.release(active.machine().qmp(), device)
        .whenComplete(
            (done, failure) -> mailbox.event(() -> answered(active, id, device, failure)));
    host.timers()
        .after(
            GuestPatience.pause(times),
            () ->
                mailbox.event(
                    () -> {
                      ask(active, id);
                      return Mailbox.DONE;
                    }));
  }

  private CompletionStage<?> answered(
      Lifecycle.Active active, JobId id, String device, @Nullable Throwable failure) {
    if (failure == null && Iothreads.isId(device)) { // gone without a guest, the job too perhaps
      look(active);
      return Mailbox.DONE;
    }
    Optional<KeptJob> job = ledger.jobs().find(id).filter(KeptJob::isRunning);
    if (job.isEmpty()) {
      return Mailbox.DONE;
    }
    if (failure != null && Answers.cause(failure) instanceof QemuRefusedException refused) {
      if (DeviceParts.isAbsent(refused)) {
        look(active);
        return Mailbox.DONE;
      }
      if (!STILL_PENDING.matcher(refused.description()).find()) {
        return end(
            job.get(),
            JobState.FAILED,
            REFUSED_BY_QEMU,
            "QEMU refused it: " + refused.description() + " It stays.");
      }
    }
    int times = asked.getOrDefault(id, 1);
    ledger
        .jobs()
        .show(
            job.get()
                .with(
                    new Job.Status(
                        JobState.RUNNING,
                        WAITING,
                        Optional.of(Progress.of(0, 1)),
                        "the guest was asked "
                            + (times == 1 ? "once" : times + " times")
                            + " to let go of it, and has not yet",
                        Optional.empty())));
    return Mailbox.DONE;
  }

  /** The guest does not let go of that device, and says so. */
  void refused(String device) {
    mailbox.event(
        () -> {
          Optional<KeptJob> job =
              running().stream().filter(kept -> kept.fact(DEVICE).equals(device)).findFirst();
          return job.isEmpty()
              ? Mailbox.DONE
              : end(
                  job.get(),
                  JobState.FAILED,
                  REFUSED_BY_GUEST,
                  "the guest refuses to let go of it, so it stays; stop using it there, and ask again");
        });
  }

  /** Ends the asking. A guest that was asked may let go all the same. */
  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    asked.remove(job.job().id());
    KeptJob cancelled =
        job.with(
            ended(
                JobState.CANCELLED,
                CANCELLED,
                job.job().status().progress(),
                "the guest is asked no more; having been asked, it may let go all the same"));
    return ledger.request(told(Step.by(actor).job(cancelled), cancelled));
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Cannot pause or resume job "
            + job.job().id()
            + ": it waits for the guest, which may let go at any time once it was asked. Cancel it,"
            + " and detach again later.");
  }

  /** Nobody asks for it any more. */
  private CompletionStage<Void> end(KeptJob job, JobState state, String phase, String detail) {
    asked.remove(job.job().id());
    KeptJob ended = job.with(ended(state, phase, job.job().status().progress(), detail));
    return keeper.record(told(Step.by(Actors.GUEST).job(ended), ended));
  }

  private Job.Status ended(
      JobState state, String phase, Optional<Progress> progress, String detail) {
    return new Job.Status(state, phase, progress, detail, Optional.of(host.now()));
  }

  /** The step, which tells that the job has ended. */
  static Step told(Step step, KeptJob ended) {
    Job job = ended.job();
    return step.event(
        EventTypes.JOB_ENDED,
        Map.of(
            "job", job.id().text(),
            "kind", job.target().kind().text(),
            "subject", job.target().subject(),
            "state", job.status().state().text(),
            "phase", job.status().phase(),
            "detail", job.status().detail()));
  }

  /** How a job is that has just begun, or one whose device is gone. */
  static Job.Status begun() {
    return new Job.Status(
        JobState.RUNNING, WAITING, Optional.of(Progress.of(0, 1)), "", Optional.empty());
  }

  static Job.Status removed(Instant now, String detail) {
    return new Job.Status(
        JobState.SUCCEEDED, REMOVED, Optional.of(Progress.of(1, 1)), detail, Optional.of(now));
  }

  // ---- devices that are gone

  /** Asks which devices the machine has; at most one question is out, and one more to follow. */
  void look(Lifecycle.Active active) {
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    DeviceParts.devices(active.machine().qmp())
        .whenComplete((present, failure) -> mailbox.event(() -> seen(active, present, failure)));
  }

  private CompletionStage<?> seen(
      Lifecycle.Active active, @Nullable Set<String> present, @Nullable Throwable failure) {
    looking = false;
    if (lookAgain) {
      lookAgain = false;
      look(active);
    }
    if (keeper.lifecycle() != active || ledger.launch().isEmpty()) {
      return Mailbox.DONE;
    }
    if (present == null) {
      LOG.warn("Domain '{}': its devices cannot be asked for", ledger.name(), failure);
      return Mailbox.DONE;
    }
    for (PluggedDevice plugged : PluggedDevice.all(ledger.launch().get())) {
      if (!present.contains(plugged.device().id()) && freeing.add(plugged.device().id())) {
        free(active, plugged);
      }
    }
    for (KeptJob job : running()) {
      if (present.contains(job.fact(DEVICE)) && !asked.containsKey(job.job().id())) {
        ask(active, job.job().id());
      }
    }
    return Mailbox.DONE;
  }

  private void free(Lifecycle.Active active, PluggedDevice plugged) {
    keeper.forgetServersOf(plugged);
    DeviceParts.free(host, active.machine(), plugged)
        .whenComplete(
            (freed, failure) ->
                mailbox.event(
                    () -> {
                      freeing.remove(plugged.device().id());
                      if (failure != null) {
                        lookLater(plugged, Answers.cause(failure));
                        return Mailbox.DONE;
                      }
                      notFreed.remove(plugged.device().id());
                      return gone(plugged);
                    }));
  }

  private void lookLater(PluggedDevice plugged, Throwable failure) {
    Duration pause =
        GuestPatience.doubled(
            FIRST_RETRY, notFreed.merge(plugged.device().id(), 1, Integer::sum), LONGEST_RETRY);
    if (pause.equals(LONGEST_RETRY)) {
      LOG.warn(
          "Domain '{}': what was made for {} '{}' cannot be freed yet: {}",
          ledger.name(),
          plugged.kind().text(),
          plugged.name(),
          failure.getMessage());
    }
    if (retry.filter(waiting -> waiting.pause().compareTo(pause) <= 0).isEmpty()) {
      retry.ifPresent(waiting -> waiting.timer().cancel(false));
      Future<?> timer = host.timers().after(pause, () -> mailbox.event(this::retry));
      retry = Optional.of(new Retry(pause, timer));
    }
  }

  private CompletionStage<?> retry() {
    retry = Optional.empty();
    if (keeper.lifecycle() instanceof Lifecycle.Active active) {
      look(active);
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> gone(PluggedDevice plugged) {
    if (ledger.launch().filter(it -> it.devices().contains(plugged.device())).isEmpty()) {
      return Mailbox.DONE;
    }
    Optional<KeptJob> job =
        running().stream()
            .filter(kept -> kept.fact(DEVICE).equals(plugged.device().id()))
            .findFirst();
    Step step =
        Step.by(job.map(kept -> kept.job().origin().actor()).orElse(Actors.GUEST))
            .launch(ledger.launch().get().without(plugged));
    Plugging.of(plugged.kind()).detached(step, plugged.name());
    job.ifPresent(kept -> finish(step, kept, ""));
    return keeper
        .record(step)
        .thenRun(
            () -> {
              ledger.launch().ifPresent(host.launcher()::changed);
              keeper.sharesChanged();
            });
  }

  /** What the job was for is done: it ends, and the definition follows. */
  private void finish(Step step, KeptJob job, String detail) {
    asked.remove(job.job().id());
    KeptJob ended = job.with(removed(host.now(), detail));
    String name = job.job().target().subject();
    DeviceKind kind = Plugging.of(job.job().target().kind()).orElseThrow().kind();
    Optional<DomainDefinition> edited =
        job.fact(SCOPE).equals(EditScope.BOTH.name()) ? edited(kind, name) : Optional.empty();
    if (edited.isPresent()) {
      step.launch().ifPresent(launch -> step.launch(launch.following(ledger.revision())));
      DefinitionSteps.redefine(step, edited.get(), ledger.revision());
    }
    told(step.job(ended), ended);
  }

  /** The definition without it, if it can be without it: somebody may have redefined the domain. */
  private Optional<DomainDefinition> edited(DeviceKind kind, String name) {
    try {
      Optional<DomainDefinition> edited =
          ledger
              .readable()
              .filter(known -> kind.isIn(known, name))
              .map(known -> kind.removedFrom(known, name));
      edited.ifPresent(DefinitionReader::check);
      return edited;
    } catch (InvalidDefinitionException meanwhile) {
      LOG.warn(
          "Domain '{}' has {} '{}' no more, and its definition needs it: {}",
          ledger.name(),
          kind.text(),
          name,
          meanwhile.getMessage());
      return Optional.empty();
    }
  }

  // ---- other machines

  /** A machine was adopted: what has become of its devices, and of the jobs about them? */
  @Override
  public void resume(Lifecycle.Active active) {
    asked.clear();
    notFreed.clear();
    if (!PluggedDevice.all(active.machine().launch()).isEmpty()) {
      look(active);
    }
  }

  /** What was to be taken out of a machine that is gone is gone with it. */
  @Override
  public CompletionStage<?> settleWithoutMachine() {
    String present = ledger.launch().map(launch -> launch.incarnation()).orElse("");
    List<KeptJob> over =
        running().stream().filter(job -> !job.fact(KeptJob.INCARNATION).equals(present)).toList();
    CompletionStage<?> recorded = Mailbox.DONE;
    for (KeptJob job : over) {
      recorded =
          recorded.thenCompose(
              done -> {
                Step step = Step.by(job.job().origin().actor());
                finish(step, job, "its machine has ended");
                return keeper.record(step);
              });
    }
    return recorded;
  }
}
