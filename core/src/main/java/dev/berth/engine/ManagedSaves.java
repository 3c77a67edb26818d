package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.save.SaveTarget;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.MachineSource;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.RestoreRequest.ChangedImages;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.SavedMachine;
import dev.berth.migration.SavedMachine.Guest;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The managed save of one domain: a saved machine whose file the host keeps, and from which the
 * next start goes on. Runs in the driver's turns.
 *
 * <pre>
 *   the save hands over      a start is about to let       it has, or nobody
 *   ──────────────────► held ──the guest go on──► leaving ──wants it any more──► released
 *                                    │                                              │
 *                   ◄── the machine ends before that is known: the images tell      ▼
 *                                                                          the file goes
 * </pre>
 *
 * <p>What is held is said by the row of the job that has saved it, in the same commits as what
 * becomes of the domain: so there is no moment at which neither the file nor a machine has the
 * guest, or both. A start never boots a domain that has a managed save.
 */
final class ManagedSaves {
  /** What changes images that a held guest has to find as they were, or forgets them. */
  private static final Set<Verb> IN_ITS_WAY =
      EnumSet.of(Verb.UNDEFINE, Verb.RESTORE_BACKUP, Verb.MIGRATE_OFFLINE);

  private static final Logger LOG = LoggerFactory.getLogger(ManagedSaves.class);

  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  ManagedSaves(HostServices host, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** Where it is, if there is one. */
  SaveTarget target() {
    return new SaveTarget(
        host.managedSaves().resolve(ledger.uuid() + ".save"), SaveTarget.Keeper.HOST);
  }

  /** The job that has saved it, while its file has the guest. */
  private Optional<KeptJob> held() {
    return ledger.jobs().held().filter(job -> !job.isRunning());
  }

  /** Whether a file of the host's has the guest. */
  boolean isHeld() {
    return held().isPresent();
  }

  /** What the domain's next machine is made of. */
  MachineSource source(StartMode mode) {
    Optional<KeptJob> held = held();
    return held.isPresent()
        ? from(held.get(), mode, ChangedImages.REFUSE)
        : FromDefinition.of(host, ledger);
  }

  private FromManagedSave from(KeptJob job, StartMode mode, ChangedImages changedImages) {
    return new FromManagedSave(host, job, mode, changedImages, () -> remove(job));
  }

  /** What a guest does that the host starts by itself: one that was paused stays so. */
  StartMode byItself() {
    return held().filter(job -> SaveRow.guest(job) == Guest.PAUSED).isPresent()
        ? StartMode.PAUSED
        : StartMode.RUNNING;
  }

  /**
   * What is restored when somebody names a file: the managed save, if it is that.
   *
   * @throws InvalidStateException when it is another
   */
  MachineSource restoring(FromSave named) {
    Optional<KeptJob> held = held();
    if (held.isEmpty()) {
      return named;
    }
    if (SaveRow.target(held.get()).equals(named.file())) {
      return from(held.get(), named.mode(), named.changedImages());
    }
    throw inTheWay("restore", held.get());
  }

  /**
   * Refuses a verb that a held guest is in the way of.
   *
   * @throws InvalidStateException saying what to do
   */
  void requireNone(Verb verb) {
    if (IN_ITS_WAY.contains(verb)) {
      held()
          .ifPresent(
              job -> {
                throw inTheWay(verb.text(), job);
              });
    }
  }

  private InvalidStateException inTheWay(String verb, KeptJob job) {
    return new InvalidStateException(
        "Cannot "
            + verb
            + " domain '"
            + ledger.name()
            + "': its guest waits in its managed save ('"
            + SaveRow.target(job)
            + "'), and has to find its images as they are. Start it, or drop the save"
            + " ('vmctl save --discard "
            + ledger.name()
            + "').");
  }

  // ---- what is shown

  /** What a domain is once its machine is gone, if a file has its guest. */
  Optional<DomainStatus> afterwards(LaunchRecord launch) {
    return keeper.features().saved(launch).or(() -> waiting(Optional.empty()));
  }

  /**
   * What a domain is whose machine did not come, if a file has its guest all the same.
   *
   * @param why it did not, if that is worth telling
   */
  Optional<DomainStatus> waiting(Optional<String> why) {
    return held()
        .map(
            job -> {
              String doubt =
                  SaveRow.isLeaving(job) ? ", from which its guest may have gone on already" : "";
              String detail =
                  "in "
                      + SaveRow.target(job)
                      + doubt
                      + why.map(it -> "; it could not go on from there: " + it).orElse("");
              return new DomainStatus(
                  DomainState.SHUTOFF, StateReason.SAVED, Optional.of(detail), host.now());
            });
  }

  // ---- its end

  /** The step by which a machine is known to have the guest. */
  Step release(Step step) {
    held().ifPresent(job -> step.job(SaveRow.released(job)).whenPublished(() -> remove(job)));
    return step;
  }

  /** Drops it: the guest's state is gone, and the next start boots the domain. */
  CompletionStage<?> discard(String actor, CompletableFuture<VerbResult> answer) {
    Optional<KeptJob> held = held();
    if (held.isEmpty()) {
      answer.complete(
          new VerbResult(
              VerbResult.Effect.ALREADY,
              "it is without a managed save already",
              ledger.snapshot()));
      return Mailbox.DONE;
    }
    KeptJob job = held.get();
    Step step =
        Step.by(actor)
            .job(SaveRow.released(job))
            .status(
                new DomainStatus(
                    DomainState.SHUTOFF,
                    StateReason.DESTROYED,
                    Optional.of("its managed save was dropped"),
                    host.now()));
    return ledger
        .request(step)
        .thenCompose(done -> remove(job))
        .thenAccept(told -> answer.complete(keeper.changed(told)))
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  /** Removes a file that is of no use any more; completes with what is to be told of that. */
  private CompletableFuture<String> remove(KeptJob job) {
    return CompletableFuture.supplyAsync(
            () -> {
              new SaveFileOf(host.saveFiles(), job).discard();
              return "";
            },
            host.patient())
        .exceptionally(
            failure -> {
              String why = String.valueOf(Answers.cause(failure).getMessage());
              LOG.warn("Domain '{}': the file of job {} is left", ledger.name(), job.job().id());
              return why + " It is tried again when the host is opened.";
            });
  }

  // ---- found again

  /**
   * What is on record and what is in the directory come together: files of no use are removed. A
   * store that was rebuilt knows of no job, and a file that says that it is the domain's is.
   */
  CompletionStage<?> opened() {
    boolean isLost = keeper.lifecycle() instanceof Lifecycle.Off && ledger.jobs().isEmpty();
    return isLost
        ? CompletableFuture.supplyAsync(this::find, host.files())
            .thenComposeAsync(this::found, host.turns())
        : tidy();
  }

  /** Removes the files that are of no use any more, unless that was done. */
  CompletableFuture<Void> tidy() {
    List<KeptJob> over = ledger.jobs().all(SaveRow::isReleased);
    return CompletableFuture.allOf(
        over.stream().map(this::remove).toArray(CompletableFuture[]::new));
  }

  /** The same before the rows go that tell of them; fails when one cannot be removed. */
  CompletableFuture<Void> clear() {
    List<KeptJob> over = ledger.jobs().all(SaveRow::isReleased);
    return CompletableFuture.runAsync(
        () -> over.forEach(job -> new SaveFileOf(host.saveFiles(), job).discard()), host.patient());
  }

  private Optional<SavedMachine> find() {
    Path file = target().file();
    try {
      return host.saveFiles().size(file).isPresent()
          ? Optional.of(host.saveFiles().read(file))
              .filter(saved -> saved.launch().subject().domain().equals(ledger.uuid()))
          : Optional.empty();
    } catch (HostFailureException unusable) {
      LOG.warn("Domain '{}': {}", ledger.name(), unusable.getMessage());
      return Optional.empty();
    }
  }

  private CompletionStage<?> found(Optional<SavedMachine> saved) {
    if (saved.isEmpty()) {
      return Mailbox.DONE;
    }
    KeptJob job = SaveRow.found(saved.get(), target(), ledger);
    LOG.warn("Domain '{}': a managed save that was not on record is taken up", ledger.name());
    return keeper.record(
        Step.by(Actors.HOST)
            .job(job)
            .status(
                new DomainStatus(
                    DomainState.SHUTOFF,
                    StateReason.SAVED,
                    Optional.of("in " + target().file()),
                    host.now())));
  }
}
