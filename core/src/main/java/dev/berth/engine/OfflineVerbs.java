package dev.berth.engine;

import dev.berth.definition.DomainDefinition;
import dev.berth.engine.Peers.Peer;
import dev.berth.error.BusyException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.ImageIdentity;
import dev.berth.migration.PeerWords;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The verb by which a domain without a machine goes to another host: what would make it fail is
 * found out on both before anything is on record. {@link OfflineMigrations} does the rest. Its
 * methods post turns, and are for any thread.
 */
final class OfflineVerbs {
  private static final int MOST_OBSTACLES = 100;

  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final Requests requests;

  OfflineVerbs(HostServices host, Ledger ledger, MachineKeeper keeper, Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.requests = requests;
  }

  /** Begins a migration. */
  CompletableFuture<Job> migrate(URI target, JobOptions options, String actor) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    requests.post(answer, () -> migrate(target, options, actor, answer));
    return answer;
  }

  private CompletionStage<?> migrate(
      URI target, JobOptions options, String actor, CompletableFuture<Job> answer) {
    if (answerSame(target, options, answer)) {
      return Mailbox.DONE;
    }
    requests.admit(Verb.MIGRATE_OFFLINE, target.toString());
    long revision = ledger.revision();
    look(target)
        .whenComplete(
            (obstacles, failure) ->
                requests.post(
                    answer,
                    () -> {
                      if (failure != null) {
                        answer.completeExceptionally(MachineKeeper.cause(failure));
                        return Mailbox.DONE;
                      }
                      return ledger.revision() == revision
                          ? begin(target, obstacles, options, actor, answer)
                          : migrate(target, options, actor, answer); // that was another definition
                    }));
    return Mailbox.DONE;
  }

  /** Whether the same call has begun it before; then the answer is there. */
  private boolean answerSame(URI target, JobOptions options, CompletableFuture<Job> answer) {
    Optional<Job> same =
        ledger.jobs().same(options, JobKind.MIGRATION, target.toString(), Map.of());
    same.ifPresent(answer::complete);
    return same.isPresent();
  }

  /** Something else may have begun since the first look, or the same call twice. */
  private CompletionStage<?> begin(
      URI target,
      List<String> obstacles,
      JobOptions options,
      String actor,
      CompletableFuture<Job> answer) {
    if (answerSame(target, options, answer)) {
      return Mailbox.DONE;
    }
    if (!obstacles.isEmpty()) {
      throw new UnsupportedException(
          "Cannot migrate domain '" + ledger.name() + "': " + String.join("; ", obstacles) + ".");
    }
    requests.admit(Verb.MIGRATE_OFFLINE, target.toString());
    KeptJob job = OfflineRow.of(target, ledger, new Job.Origin(actor, options.key(), host.now()));
    Supplier<DomainOffer> offer = offer(job.job().id());
    return ledger
        .request(JobSteps.began(Step.by(actor), job))
        .thenRun(
            () -> {
              answer.complete(job.job());
              keeper.offlineMigrations().begin(job, offer);
            });
  }

  /** What speaks against it there, here and there. In the driver's turn. */
  CompletableFuture<List<String>> obstacles(URI target) {
    List<String> inTheWay = new ArrayList<>();
    try {
      requests.admit(Verb.MIGRATE_OFFLINE, "");
    } catch (BusyException obstacle) {
      inTheWay.add(String.valueOf(obstacle.getMessage()));
    }
    return look(target)
        .thenApply(
            found -> {
              inTheWay.addAll(found);
              return List.copyOf(inTheWay);
            });
  }

  private CompletableFuture<List<String>> look(URI target) {
    List<String> here = DefinedFiles.leftBehind(ledger.definition());
    Supplier<DomainOffer> draft = offer(JobId.random());
    return CompletableFuture.supplyAsync(
        () -> {
          List<String> all = new ArrayList<>(here);
          try (Peer peer = host.peers().connect(target)) {
            peer.target().obstacles(draft.get()).stream()
                .limit(MOST_OBSTACLES)
                .map(PeerWords::of)
                .forEach(all::add);
          }
          return List.copyOf(all);
        },
        host.peerThreads().preparing());
  }

  /** What is offered, once its files are looked at: on a thread that may wait for storage. */
  private Supplier<DomainOffer> offer(JobId id) {
    DomainDefinition definition = ledger.definition();
    String json = ledger.view().json();
    return () ->
        new DomainOffer(
            id,
            ledger.uuid(),
            ledger.name(),
            json,
            files(host.namedImages().found(definition)),
            host.managedSaves().resolveSibling("").toString(),
            host.boot());
  }

  private List<ImageIdentity> files(DomainDefinition found) {
    if (!found.resources().isEmpty()) { // nobody can tell what is given
      return DefinedFiles.identities(found, Set.of());
    }
    try (HeldResources none = HeldResources.none()) {
      LaunchRecord machine = host.launcher().plan(ledger.uuid(), ledger.revision(), found, none);
      return DefinedFiles.identities(found, ImageIdentity.filesOf(machine));
    }
  }
}
