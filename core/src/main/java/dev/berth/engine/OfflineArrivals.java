package dev.berth.engine;

import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.GuestOwner;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.StreamKey;
import dev.berth.migration.Arrival;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TargetPhase;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Domains without a machine that come from other hosts. Each has its place here from the beginning,
 * and is the source's until that says otherwise: nothing starts it before. Runs in the driver's
 * turns.
 *
 * <pre>
 *                   it brings no images along
 *   on record ─────────────────────────────────────────► received ──told to take──► complete
 *       └─► preparing ──served──► incoming ──all there──────┘ │  └──► owner ──kept────┘
 *               └────────────────────┴────────────────────────┴─► failed ──removed──► forgotten
 * </pre>
 */
final class OfflineArrivals implements JobWork {
  private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(OfflineArrivals.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final JobAside aside;
  private final ComingAtRest images;
  private Function<String, CompletionStage<Void>> undefine = actor -> Mailbox.DONE;

  /** Who waits for what is being done; whoever asks again has given up to wait. */
  private CompletableFuture<Arrival> asking = new CompletableFuture<>();

  OfflineArrivals(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.aside = new JobAside(mailbox, ledger, host.patient(), this::takeUp);
    this.images = new ComingAtRest(host, mailbox, ledger, keeper, aside, this::takeUp);
  }

  /** Has that remove a domain that does not come. */
  void whenForgotten(Function<String, CompletionStage<Void>> undefinition) {
    undefine = undefinition;
  }

  /** The host is being closed. */
  @Override
  public void letGo() {
    images.letGo();
  }

  /** Whether that migration is one of these. */
  boolean has(JobId id) {
    return find(id).isPresent();
  }

  private Optional<KeptJob> find(JobId id) {
    return ledger.jobs().find(id).filter(OfflineRow::isArriving);
  }

  private Optional<KeptJob> running(JobId id) {
    return find(id).filter(KeptJob::isRunning);
  }

  /** How far it is. */
  Arrival arrival(JobId id) {
    return find(id)
        .map(
            job ->
                new Arrival(
                    ArrivalRow.phase(job),
                    job.job().status().detail(),
                    Optional.empty(),
                    OfflineRow.storage(job)))
        .orElseGet(() -> Arrival.of(TargetPhase.NONE, "there is no such migration here"));
  }

  private void ask(JobId id, CompletableFuture<Arrival> answer) {
    asking.complete(arrival(id));
    asking = answer;
  }

  private CompletionStage<?> tell(KeptJob job) {
    asking.complete(arrival(job.job().id()));
    return Mailbox.DONE;
  }

  // ---- its images come

  /**
   * Has the images made ready that it brings along; answers when they are, or never will be.
   *
   * @param key by which they are encrypted that come from another machine; on no record
   */
  CompletionStage<?> begin(JobId id, Optional<StreamKey> key, CompletableFuture<Arrival> answer) {
    Optional<KeptJob> job = running(id).filter(it -> ArrivalRow.phase(it) == TargetPhase.PREPARING);
    if (job.isEmpty() || aside.isBusy(id)) {
      answer.complete(arrival(id));
      return Mailbox.DONE;
    }
    ask(id, answer);
    images.make(job.get(), (now, server) -> made(now, server, key), why -> failed(id, why));
    return Mailbox.DONE;
  }

  private CompletionStage<?> made(KeptJob job, LaunchRecord server, Optional<StreamKey> key) {
    if (isUnwanted(job)) {
      return takeUp(job);
    }
    KeptJob served = StandInRow.doing(job, server);
    return onRecord(
        served,
        () -> {
          images.serve(served, key, this::serves, why -> failed(served.job().id(), why));
          return Mailbox.DONE;
        });
  }

  private CompletionStage<?> serves(KeptJob job, StreamAddress storage) {
    return isUnwanted(job)
        ? takeUp(job)
        : onRecord(OfflineRow.incoming(job, storage), () -> tell(job));
  }

  private static boolean isUnwanted(KeptJob job) {
    return !job.isRunning() || ArrivalRow.phase(job) == TargetPhase.FAILED;
  }

  /** All of them is there, by its source's word: it is received when they are on the disk. */
  CompletionStage<?> settle(JobId id, CompletableFuture<Arrival> answer) {
    Optional<KeptJob> incoming =
        running(id).filter(job -> ArrivalRow.phase(job) == TargetPhase.INCOMING);
    if (incoming.isEmpty()) {
      answer.complete(arrival(id));
      return Mailbox.DONE;
    }
    ask(id, answer);
    KeptJob job = incoming.get();
    return OfflineRow.isSettling(job)
        ? takeUp(job)
        : onRecord(OfflineRow.settling(job), () -> takeUp(job));
  }

  private CompletionStage<?> settled(KeptJob job, Optional<BerthException> failure) {
    if (isUnwanted(job)) {
      return takeUp(job);
    }
    return failure.isPresent()
        ? fail(job, String.valueOf(failure.get().getMessage()))
        : onRecord(ArrivalRow.in(TargetPhase.RECEIVED, StandInRow.ended(job), ""), () -> tell(job));
  }

  // ---- whose it is

  /** The domain is this host's; answers when that is on record. */
  CompletionStage<?> take(JobId id, CompletableFuture<Arrival> answer) {
    Optional<KeptJob> job = running(id);
    TargetPhase phase = job.map(ArrivalRow::phase).orElse(TargetPhase.COMPLETE);
    if (phase != TargetPhase.RECEIVED && phase != TargetPhase.OWNER) {
      answer.complete(arrival(id));
      return Mailbox.DONE;
    }
    ask(id, answer);
    if (phase == TargetPhase.OWNER) {
      return takeUp(job.get());
    }
    return StorageRow.hasCopies(job.get())
        ? onRecord(ArrivalRow.in(TargetPhase.OWNER, job.get(), ""), () -> takeUp(job.get()))
        : complete(job.get());
  }

  private CompletionStage<?> kept(KeptJob job, Optional<BerthException> failure) {
    return failure.isPresent() ? later(job, failure.get()) : complete(job);
  }

  private CompletionStage<?> complete(KeptJob job) {
    Job.Status status =
        new Job.Status(
            JobState.SUCCEEDED,
            TargetPhase.COMPLETE.text(),
            Optional.empty(),
            "",
            Optional.of(host.now()));
    CompletableFuture<Arrival> answer = asking;
    return ledger
        .request(JobSteps.ended(step(job), job.with(status)))
        .thenRun(() -> tell(job))
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  // ---- its bad ends

  /** The domain never will be this host's, unless it is already; it is forgotten then. */
  CompletionStage<?> discard(JobId id, CompletableFuture<Arrival> answer) {
    Optional<KeptJob> unwanted =
        running(id).filter(job -> ArrivalRow.phase(job) != TargetPhase.OWNER);
    if (unwanted.isEmpty()) {
      answer.complete(arrival(id));
      return Mailbox.DONE;
    }
    ask(id, answer);
    return fail(unwanted.get(), "its source has taken it back");
  }

  private CompletionStage<?> failed(JobId id, String why) {
    return running(id)
        .<CompletionStage<?>>map(job -> isUnwanted(job) ? takeUp(job) : fail(job, why))
        .orElse(Mailbox.DONE);
  }

  /** The one step by which it never is this host's; what it has brought along goes after that. */
  private CompletionStage<?> fail(KeptJob job, String why) {
    if (ArrivalRow.phase(job) == TargetPhase.FAILED) {
      return takeUp(job);
    }
    images.giveUp(job);
    KeptJob failed = ArrivalRow.in(TargetPhase.FAILED, job, why);
    return StorageRow.hasCopies(job) ? onRecord(failed, () -> takeUp(failed)) : forget(failed);
  }

  private CompletionStage<?> removed(KeptJob job, Optional<BerthException> failure) {
    return failure.isPresent() ? later(job, failure.get()) : forget(job);
  }

  /** Its images are gone, so that no row needs to tell of them. */
  private CompletionStage<?> forget(KeptJob job) {
    String actor = job.job().origin().actor();
    CompletableFuture<Arrival> answer = asking;
    return ledger
        .request(
            step(job)
                .job(job)
                .intent(new Intent(ledger.uuid(), "undefine", "{}", actor, host.now())))
        .thenCompose(
            recorded -> // what is not on record is not said to be so
            undefine
                    .apply(actor)
                    .exceptionally(
                        left -> {
                          LOG.warn(
                              "Domain '{}' did not come, and stays defined", ledger.name(), left);
                          return null;
                        }))
        .thenRun(() -> tell(job))
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  /** What could not be done with its files is tried again until it can. */
  private CompletionStage<?> later(KeptJob job, BerthException failure) {
    LOG.warn("Job {} cannot go on yet: {}", job.job().id(), failure.getMessage());
    host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> takeUp(job)));
    return tell(job);
  }

  private CompletionStage<?> onRecord(KeptJob next, Supplier<CompletionStage<?>> then) {
    CompletableFuture<Arrival> answer = asking;
    return ledger
        .request(step(next).job(next))
        .handle(
            (recorded, failure) -> {
              if (failure == null) {
                return then.get().thenRun(() -> {});
              }
              LOG.warn("Job {} cannot be put on record yet", next.job().id(), failure);
              Answers.fail(answer, failure);
              host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> takeUp(next)));
              return Mailbox.DONE;
            })
        .thenCompose(stage -> stage);
  }

  /**
   * Decides by hand. What follows with its images takes more turns than this one.
   *
   * @param answer completes when what was decided is done
   * @return this turn; empty when there is nothing here to be decided so
   */
  Optional<CompletionStage<?>> resolve(GuestOwner owner, CompletableFuture<Arrival> answer) {
    return ledger.jobs().running().stream()
        .filter(OfflineRow::isArriving)
        .filter(job -> canBe(owner, ArrivalRow.phase(job)))
        .map(job -> job.job().id())
        .findFirst()
        .map(
            id ->
                switch (owner) {
                  case THIS_HOST -> take(id, answer);
                  case OTHER_HOST -> discard(id, answer);
                });
  }

  private static boolean canBe(GuestOwner owner, TargetPhase phase) {
    return switch (owner) {
      case THIS_HOST -> phase == TargetPhase.RECEIVED || phase == TargetPhase.OWNER;
      case OTHER_HOST -> phase != TargetPhase.OWNER;
    };
  }

  // ---- found again

  @Override
  public CompletionStage<?> settleWithoutMachine() {
    ledger.jobs().running().stream().filter(OfflineRow::isArriving).forEach(this::takeUp);
    return Mailbox.DONE;
  }

  /** Goes on with it as its phase says, once nothing is being done for it. */
  private CompletionStage<?> takeUp(KeptJob known) {
    Optional<KeptJob> present = running(known.job().id());
    if (present.isEmpty() || aside.isBusy(known.job().id())) {
      return Mailbox.DONE;
    }
    KeptJob job = present.get();
    images.claim(job);
    switch (ArrivalRow.phase(job)) {
      case PREPARING -> {
        return fail(job, "the host's process there ended before it was ready");
      }
      case INCOMING -> {
        return takeUpIncoming(job);
      }
      case OWNER -> images.keep(job, this::kept);
      case FAILED -> images.remove(job, this::removed);
      case RECEIVED, NONE, SILENT, COMPLETE -> {
        return Mailbox.DONE; // waits for the source's word, or is over
      }
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> takeUpIncoming(KeptJob job) {
    if (OfflineRow.isSettling(job)) {
      images.settle(job, this::settled);
    } else if (images.isGone(job)) {
      return fail(job, "the QEMU that took in its images has ended");
    } else if (!images.isThere(job)) {
      images.find(job);
    }
    return Mailbox.DONE;
  }

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    throw new InvalidStateException(
        "Cannot cancel job "
            + job.job().id()
            + " here: its domain is another host's. Cancel it there; 'vmctl migration resolve' is"
            + " for a source that never answers again.");
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Cannot pause or resume job " + job.job().id() + ": there is nothing that takes its time.");
  }

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }
}
