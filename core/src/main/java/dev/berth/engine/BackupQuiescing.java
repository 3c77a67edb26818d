package dev.berth.engine;

import dev.berth.backup.Consistency;
import dev.berth.domain.AgentState;
import dev.berth.domain.DomainState;
import dev.berth.engine.backup.GuestFreeze;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.guest.GuestAgent;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.qmp.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How guests are brought to rest for the moment in which a backup begins. Runs in the driver's
 * turns; what waits for guests is done aside.
 *
 * <pre>
 *              on record: it is to be thawed
 *   preparing ─────────► freezing ──frozen, begun, thawed──► writing
 *       │                    └──not thawed──► thawed again and again, also by the next host
 *       └── it cannot be frozen: writing, or undone
 * </pre>
 *
 * <p>That a guest is to be thawed is a fact of the row beside its phase: whatever becomes of the
 * backup meanwhile, the guest is thawed before anything else is done for it, or its machine has
 * ended.
 */
final class BackupQuiescing {
  private static final Duration THAW_AGAIN = Duration.ofSeconds(2);
  private static final Logger LOG = LoggerFactory.getLogger(BackupQuiescing.class);

  /** How a backup goes on. */
  interface Course {
    /** It has begun, or has failed to. */
    CompletionStage<?> begun(KeptJob job, Optional<BerthException> failure);

    /** Does what is next for it. */
    CompletionStage<?> takeUp(KeptJob job);

    /** Takes it back. */
    CompletionStage<?> undo(KeptJob job, String code, String why);

    /** Puts it on record. */
    CompletionStage<Void> record(KeptJob job);
  }

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final JobAside aside;
  private final Course course;
  private boolean ceased;
  private CompletableFuture<Void> frozen = CompletableFuture.completedFuture(null);

  BackupQuiescing(
      HostServices host, Mailbox mailbox, Ledger ledger, JobAside aside, Course course) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.aside = aside;
    this.course = course;
  }

  /** Whether the guest was at rest as far as that was required. */
  static boolean isEnough(KeptJob job) {
    return BackupRow.quiesce(job) != Quiesce.REQUIRED
        || BackupRow.consistency(job).kind() == Consistency.Kind.APPLICATION;
  }

  /** Refuses what would disturb it. */
  static void refuse(KeptJob job) {
    throw new BusyException(
        "The guest agent of domain '"
            + job.job().target().name().orElseThrow()
            + "' has frozen the guest's file systems for job "
            + job.job().id()
            + " and is to thaw them. Wait until it has.",
        job.job().id().text());
  }

  /** Makes the images, freezes, begins, thaws. */
  void begin(Lifecycle.Active active, KeptJob job, BackupSteps steps) {
    Optional<GuestFreeze> guest = active.agent().agent().map(GuestFreeze::new);
    Optional<String> atOnce = obstacle(active);
    AtomicReference<Optional<String>> obstacle = new AtomicReference<>(atOnce);
    aside.run(
        job,
        () -> {
          steps.prepare();
          if (atOnce.isEmpty()) {
            obstacle.set(guest.orElseThrow().obstacle());
          }
        },
        (now, failure) -> {
          if (failure.isPresent() || isUnwanted(now)) {
            return course.begun(now, failure);
          }
          return obstacle.get().isPresent()
              ? goOnUnfrozen(now, obstacle.get().get(), steps)
              : freeze(now, guest.orElseThrow(), steps);
        });
  }

  private Optional<String> obstacle(Lifecycle.Active active) {
    AgentState state = active.agent().state();
    if (state == AgentState.NO_CHANNEL) {
      return Optional.of("its machine was started without the agent's channel");
    }
    if (state == AgentState.DISCONNECTED) {
      return Optional.of("no agent listens in its guest");
    }
    return ledger.status().state() == DomainState.RUNNING
        ? Optional.empty()
        : Optional.of("its guest does not run");
  }

  private static boolean isUnwanted(KeptJob job) {
    return BackupRow.phase(job).equals(BackupRow.UNDOING);
  }

  private CompletionStage<?> goOnUnfrozen(KeptJob job, String why, BackupSteps steps) {
    KeptJob unfrozen = BackupRow.with(Consistency.crash(why), job);
    if (BackupRow.quiesce(job) == Quiesce.REQUIRED) {
      return course.undo(unfrozen, BackupRow.FREEZE_FAILED, why);
    }
    aside.run(
        unfrozen,
        () -> steps.begin(Deadline.none()),
        (now, failure) -> course.begun(BackupRow.with(Consistency.crash(why), now), failure));
    return Mailbox.DONE;
  }

  /**
   * Freezes no guest from now on.
   *
   * @return completes when the one that is frozen was told to thaw
   */
  CompletableFuture<Void> cease() {
    ceased = true;
    return frozen;
  }

  private CompletionStage<?> freeze(KeptJob job, GuestFreeze guest, BackupSteps steps) {
    if (ceased) {
      return Mailbox.DONE; // the next host finds a backup that has not begun
    }
    KeptJob freezing = BackupRow.freezing(job);
    boolean isRequired = BackupRow.quiesce(job) == Quiesce.REQUIRED;
    FrozenBeginning beginning = new FrozenBeginning(guest, isRequired, steps);
    frozen = beginning.through();
    return course
        .record(freezing)
        .thenRun(
            () ->
                aside.run(
                    host.patient(),
                    freezing,
                    beginning,
                    (now, failure) -> begun(now, failure, beginning)));
  }

  private CompletionStage<?> begun(
      KeptJob job, Optional<BerthException> failure, FrozenBeginning beginning) {
    KeptJob now = beginning.isThawed() ? BackupRow.thawed(job) : job;
    if (isUnwanted(now)) {
      return course.record(now).thenCompose(recorded -> course.takeUp(now));
    }
    if (beginning.obstacle().isPresent() && BackupRow.quiesce(job) == Quiesce.REQUIRED) {
      return course.undo(now, BackupRow.FREEZE_FAILED, beginning.obstacle().get());
    }
    if (failure.isPresent() && !(failure.get() instanceof DeadlineExceededException)) {
      return course.begun(now, failure);
    }
    Consistency consistency =
        failure.isPresent()
            ? Consistency.crash("QEMU took longer to begin than its guest was kept frozen")
            : beginning.obstacle().map(Consistency::crash).orElseGet(Consistency::application);
    KeptJob begun = BackupRow.begun(BackupRow.with(consistency, now), host.now());
    return failure.isEmpty() && beginning.isThawed()
        ? course.begun(begun, failure)
        : course.record(begun).thenCompose(recorded -> course.takeUp(begun));
  }

  /** Thaws a guest that may be frozen; what cannot be done yet is tried again. */
  CompletionStage<?> thaw(Lifecycle.Active active, KeptJob job) {
    Optional<GuestAgent> agent = active.agent().agent();
    if (agent.isPresent()) {
      aside.run(host.patient(), job, new GuestFreeze(agent.get())::thaw, this::thawed);
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> thawed(KeptJob job, Optional<BerthException> failure) {
    if (failure.isEmpty()) {
      KeptJob thawed = BackupRow.thawed(job);
      return course.record(thawed).thenCompose(recorded -> course.takeUp(thawed));
    }
    String why = "its guest is not thawed yet: " + failure.get().getMessage();
    LOG.warn("Domain '{}': job {}: {}", ledger.name(), job.job().id(), why);
    if (!isUnwanted(job)) { // else the detail says how it ends
      ledger
          .jobs()
          .show(job.with(BackupRow.running(BackupRow.FREEZING, BackupRow.progress(job), why)));
    }
    host.timers().after(THAW_AGAIN, () -> mailbox.event(() -> course.takeUp(job)));
    return Mailbox.DONE;
  }
}
