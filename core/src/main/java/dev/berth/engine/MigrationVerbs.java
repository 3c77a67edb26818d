package dev.berth.engine;

import dev.berth.engine.migration.CopyPlan;
import dev.berth.engine.migration.CpuQuestion;
import dev.berth.engine.migration.MigrationChannels;
import dev.berth.engine.migration.PausedGuests;
import dev.berth.engine.qemu.QemuMigration;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.GuestOwner;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.Arrival;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.ImageIdentity;
import dev.berth.migration.Offer;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.qapi.block.QueryBlock;
import dev.berth.qmp.QmpConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The verbs about a domain's coming from and going to other hosts: what would make a migration fail
 * is found out on both before anything is on record. {@link MigrationJobs} and {@link ArrivalJobs}
 * do the rest. Its methods post turns, and are for any thread.
 */
final class MigrationVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final Moves moves;
  private final MachineVerbs verbs;
  private final Requests requests;
  private final MigrationOffers offers;
  private final OfflineVerbs offline;

  MigrationVerbs(
      HostServices host,
      Ledger ledger,
      MachineKeeper keeper,
      Moves moves,
      MachineVerbs verbs,
      Requests requests,
      DefinitionVerbs definitions) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.moves = moves;
    this.verbs = verbs;
    this.requests = requests;
    this.offers = new MigrationOffers(ledger, host.boot());
    this.offline = new OfflineVerbs(host, ledger, moves.offlineMigrations(), requests);
    moves.migrations().whenGone(definitions::depart);
    moves.arrivals().whenForgotten(definitions::finishUndefine);
    moves.offlineMigrations().whenGone(definitions::depart);
    moves.offlineArrivals().whenForgotten(definitions::finishUndefine);
  }

  // ---- at the source

  /** Begins a migration. */
  CompletableFuture<Job> migrate(
      MigrationRequest request, JobOptions options, String actor, boolean hasDeadline) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    requests.post(answer, () -> migrate(request, options, actor, hasDeadline, answer));
    return answer;
  }

  private CompletionStage<?> migrate(
      MigrationRequest request,
      JobOptions options,
      String actor,
      boolean hasDeadline,
      CompletableFuture<Job> answer) {
    Optional<Job> same = same(request, options);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    requests.admit(Verb.MIGRATE, request.target().toString());
    return verbs.onLiveMachine(
        Verb.MIGRATE,
        hasDeadline,
        active -> {
          verbs.watch(active, Verb.MIGRATE, actor, hasDeadline, answer);
          look(active, request)
              .whenComplete(
                  (found, failure) ->
                      requests.post(
                          answer,
                          () ->
                              failure == null
                                  ? begin(active, found, request, options, actor, answer)
                                  : refused(answer, failure)));
          return Mailbox.DONE;
        });
  }

  /** The job that the same call has begun before, if it has. */
  private Optional<Job> same(MigrationRequest request, JobOptions options) {
    return ledger.jobs().same(options, JobKind.MIGRATION, request.target().toString(), Map.of());
  }

  private static CompletionStage<?> refused(CompletableFuture<?> answer, Throwable failure) {
    answer.completeExceptionally(Answers.cause(failure));
    return Mailbox.DONE;
  }

  /** Something else may have begun since the first look, or the same call twice. */
  private CompletionStage<?> begin(
      Lifecycle.Active seen,
      Found found,
      MigrationRequest request,
      JobOptions options,
      String actor,
      CompletableFuture<Job> answer) {
    Optional<Job> same = same(request, options);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    if (keeper.lifecycle() != seen || found.guest() != MigrationRow.guest(ledger)) {
      return migrate(request, options, actor, true, answer); // what was found is not true any more
    }
    if (!found.obstacles().isEmpty()) {
      throw new UnsupportedException(
          "Cannot migrate domain '"
              + ledger.name()
              + "': "
              + String.join("; ", found.obstacles())
              + ".");
    }
    requests.admit(Verb.MIGRATE, request.target().toString());
    return verbs.onLiveMachine(
        Verb.MIGRATE,
        true,
        active -> {
          Job.Origin origin = new Job.Origin(actor, options.key(), host.now());
          KeptJob job = MigrationRow.of(request, found.copies(), ledger, origin);
          return ledger
              .request(JobSteps.began(Step.by(actor), job))
              .thenRun(
                  () -> {
                    answer.complete(job.job());
                    MigrationOffers.Draft draft = offers.of(job);
                    moves.migrations().begin(job, () -> draft.of(found.cpu()));
                  });
        });
  }

  /**
   * What speaks against a migration, here and there.
   *
   * @param users who has a file open, each as a phrase; may wait for storage
   */
  CompletableFuture<List<String>> obstacles(
      MigrationRequest request, Function<Path, List<String>> users) {
    CompletableFuture<List<String>> answer = new CompletableFuture<>();
    requests.post(
        answer,
        () -> {
          if (keeper.lifecycle() instanceof Lifecycle.Off) {
            offline
                .obstacles(request, users)
                .whenComplete((found, failure) -> told(answer, found, failure));
            return Mailbox.DONE;
          }
          return verbs.onLiveMachine(
              Verb.MIGRATE,
              true,
              active -> {
                List<String> jobs = inTheWay();
                look(active, request)
                    .thenApply(
                        found -> {
                          List<String> all = new ArrayList<>(jobs);
                          all.addAll(found.obstacles());
                          return List.copyOf(all);
                        })
                    .whenComplete((found, failure) -> told(answer, found, failure));
                return Mailbox.DONE;
              });
        });
    return answer;
  }

  private static <T> void told(
      CompletableFuture<T> answer, @Nullable T found, @Nullable Throwable failure) {
    if (failure != null) {
      answer.completeExceptionally(Answers.cause(failure));
    } else {
      answer.complete(found);
    }
  }

  /** The verb of a domain without a machine. Any thread. */
  OfflineVerbs offline() {
    return offline;
  }

  private List<String> inTheWay() {
    try {
      requests.admit(Verb.MIGRATE, "");
      return List.of();
    } catch (BusyException obstacle) {
      return List.of(String.valueOf(obstacle.getMessage()));
    }
  }

  /**
   * What was found out before anything is done.
   *
   * @param obstacles here and there
   * @param copies the images that would go along
   * @param guest what its guest did
   * @param cpu what its guest's CPU is
   */
  private record Found(
      List<String> obstacles, List<CopiedImage> copies, Guest guest, GuestCpu cpu) {}

  private CompletableFuture<Found> look(Lifecycle.Active active, MigrationRequest request) {
    QmpConnection qmp = active.machine().qmp();
    LaunchRecord launch = ledger.launch().orElseThrow();
    long pid = active.machine().process().pid();
    Guest guest = MigrationRow.guest(ledger);
    return plan(qmp, launch, request)
        .thenCompose(plan -> look(qmp, pid, launch, guest, request, plan));
  }

  private static CompletableFuture<CopyPlan> plan(
      QmpConnection qmp, LaunchRecord launch, MigrationRequest request) {
    return request
        .storage()
        .map(
            wanted ->
                qmp.send(new QueryBlock())
                    .thenApply(devices -> CopyPlan.of(launch, wanted, devices)))
        .orElse(CompletableFuture.completedFuture(CopyPlan.NONE));
  }

  private CompletableFuture<Found> look(
      QmpConnection qmp,
      long pid,
      LaunchRecord launch,
      Guest guest,
      MigrationRequest request,
      CopyPlan plan) {
    MigrationOffers.Draft draft = offers.draft(JobId.random(), request, plan.copies(), guest);
    return QemuMigration.ask(qmp)
        .thenCompose(
            now -> {
              SaveObstacles.requireNoOther(ledger.name(), now.info(), now.runState());
              List<String> here = new ArrayList<>(standing(guest, now.runState(), launch));
              here.addAll(plan.obstacles());
              if (guest == Guest.PAUSED && !plan.copies().isEmpty()) { // its devices hold no lock
                here.add("its guest is paused, and takes no images along; resume it first");
              }
              return DeviceParts.devices(qmp)
                  .thenApply(
                      present -> {
                        here.addAll(SaveObstacles.of(launch, now.info(), present));
                        return here;
                      });
            })
        .thenCombine(
            MigrationChannels.obstacle(qmp, request.channels()),
            (here, missing) -> {
              missing.ifPresent(here::add);
              return here;
            })
        .thenCombineAsync(
            CpuQuestion.ask(qmp, launch),
            (here, cpu) -> {
              List<String> all = new ArrayList<>(here);
              Offer offer = draft.of(cpu);
              all.addAll(ImageIdentity.obstacles(offer.images(), pid));
              all.addAll(MigrationOffers.obstacles(host.peers(), request.target(), offer));
              return new Found(List.copyOf(all), plan.copies(), guest, cpu);
            },
            host.peerThreads().preparing());
  }

  /** One that stands for another reason than somebody's word stays until it goes on. */
  private static List<String> standing(Guest guest, String runState, LaunchRecord launch) {
    return PausedGuests.isSo(guest, runState)
        ? PausedGuests.obstacle(guest, launch.qemu().version(), "here").stream().toList()
        : List.of("its guest does not run (QEMU is '" + runState + "'); have it go on first");
  }

  /** Sets anew how fast it is sent. */
  CompletableFuture<VerbResult> setPace(MigrationPace pace, String actor) {
    CompletableFuture<VerbResult> answer = new CompletableFuture<>();
    requests.post(
        answer,
        () -> {
          CompletableFuture<Void> told = new CompletableFuture<>();
          told.whenComplete((done, failure) -> resolved(answer, failure));
          return moves
              .offlineMigrations()
              .setPace(pace, actor, told)
              .orElseGet(() -> moves.migrations().setPace(pace, actor, told));
        });
    return answer;
  }

  /** Decides by hand who has the guest. */
  CompletableFuture<VerbResult> resolve(GuestOwner owner, String actor) {
    CompletableFuture<VerbResult> answer = new CompletableFuture<>();
    requests.post(
        answer,
        () -> {
          Optional<CompletableFuture<Void>> asked =
              moves
                  .migrations()
                  .resolve(owner, actor)
                  .or(() -> moves.offlineMigrations().resolve(owner, actor));
          if (asked.isPresent()) { // the target is, and no turn waits for that
            asked.get().whenComplete((done, failure) -> resolved(answer, failure));
            return Mailbox.DONE;
          }
          CompletableFuture<Arrival> decided = new CompletableFuture<>();
          decided.whenComplete((said, failure) -> resolved(answer, failure));
          return moves
              .arrivals()
              .resolve(owner)
              .<CompletionStage<?>>map(turn -> turn.thenRun(() -> resolved(answer, null)))
              .or(() -> moves.offlineArrivals().resolve(owner, decided))
              .orElseThrow(this::nothingToDecide);
        });
    return answer;
  }

  private void resolved(CompletableFuture<VerbResult> answer, @Nullable Throwable failure) {
    if (failure == null) {
      answer.complete(keeper.changed(""));
    } else {
      answer.completeExceptionally(failure);
    }
  }

  private InvalidStateException nothingToDecide() {
    return new InvalidStateException(
        "There is nothing to decide about domain '"
            + ledger.name()
            + "': no migration of it waits for another host. See 'vmctl job list'.");
  }

  // ---- at the target

  /** Has a machine made ready; the job is on record. */
  CompletableFuture<VerbResult> receive(Offer offer, String actor) {
    CompletableFuture<VerbResult> answer = new CompletableFuture<>();
    requests.post(
        answer,
        () -> {
          moves.arrivals().begin(offer, actor, answer);
          return Mailbox.DONE;
        });
    return answer;
  }

  /** Has the images made ready that a domain without a machine brings along. */
  CompletableFuture<Arrival> receiveImages(DomainOffer offer) {
    CompletableFuture<Arrival> answer = new CompletableFuture<>();
    requests.post(
        answer, () -> moves.offlineArrivals().begin(offer.migration(), offer.key(), answer));
    return answer;
  }

  /** All images are there that a domain without a machine brings along. */
  CompletableFuture<Arrival> settle(JobId migration) {
    CompletableFuture<Arrival> answer = new CompletableFuture<>();
    requests.post(answer, () -> moves.offlineArrivals().settle(migration, answer));
    return answer;
  }

  CompletableFuture<Arrival> await(JobId migration, Duration longest) {
    CompletableFuture<Arrival> answer = new CompletableFuture<>();
    requests.post(
        answer,
        () -> {
          if (moves.offlineArrivals().has(migration)) {
            answer.complete(moves.offlineArrivals().arrival(migration));
          } else {
            moves.arrivals().await(migration, longest, answer);
          }
          return Mailbox.DONE;
        });
    return answer;
  }

  CompletableFuture<Arrival> take(JobId migration) {
    CompletableFuture<Arrival> answer = new CompletableFuture<>();
    requests.post(
        answer,
        () ->
            moves.offlineArrivals().has(migration)
                ? moves.offlineArrivals().take(migration, answer)
                : moves.arrivals().take(migration, answer));
    return answer;
  }

  CompletableFuture<Arrival> discard(JobId migration) {
    CompletableFuture<Arrival> answer = new CompletableFuture<>();
    requests.post(
        answer,
        () ->
            moves.offlineArrivals().has(migration)
                ? moves.offlineArrivals().discard(migration, answer)
                : moves.arrivals().discard(migration, answer));
    return answer;
  }
}
