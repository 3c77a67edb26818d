package dev.berth.engine;

import dev.berth.definition.DefinitionWriter;
import dev.berth.definition.DomainDefinition;
import dev.berth.engine.image.DefinedFiles;
import dev.berth.engine.migration.CopiedDisks;
import dev.berth.engine.migration.Peers;
import dev.berth.engine.migration.Peers.Peer;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BusyException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.StreamKey;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.ImageIdentity;
import dev.berth.migration.PeerWords;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
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
  private final OfflineMigrations migrations;
  private final Requests requests;

  OfflineVerbs(HostServices host, Ledger ledger, OfflineMigrations migrations, Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.migrations = migrations;
    this.requests = requests;
  }

  /**
   * What was asked for.
   *
   * @param users who has a file open, each as a phrase; may wait for storage
   */
  private record Call(
      MigrationRequest request,
      Function<Path, List<String>> users,
      JobOptions options,
      String actor,
      CompletableFuture<Job> answer) {
    String target() {
      return request.target().toString();
    }
  }

  /**
   * What was found out before anything is done.
   *
   * @param obstacles here and there
   * @param copies the images that would go along
   */
  private record Found(List<String> obstacles, CopiesAtRest.Found copies) {}

  /** Begins a migration. */
  CompletableFuture<Job> migrate(
      MigrationRequest request,
      Function<Path, List<String>> users,
      JobOptions options,
      String actor) {
    Call call = new Call(request, users, options, actor, new CompletableFuture<>());
    requests.post(call.answer(), () -> migrate(call));
    return call.answer();
  }

  private CompletionStage<?> migrate(Call call) {
    if (answerSame(call)) {
      return Mailbox.DONE;
    }
    requests.admit(Verb.MIGRATE_OFFLINE, call.target());
    long revision = ledger.revision();
    look(call.request(), call.users())
        .whenComplete(
            (found, failure) ->
                requests.post(
                    call.answer(),
                    () -> {
                      if (failure != null) {
                        call.answer().completeExceptionally(Answers.cause(failure));
                        return Mailbox.DONE;
                      }
                      return ledger.revision() == revision
                          ? begin(call, found)
                          : migrate(call); // that was another definition
                    }));
    return Mailbox.DONE;
  }

  /** Whether the same call has begun it before; then the answer is there. */
  private boolean answerSame(Call call) {
    Optional<Job> same =
        ledger.jobs().same(call.options(), JobKind.MIGRATION, call.target(), Map.of());
    same.ifPresent(call.answer()::complete);
    return same.isPresent();
  }

  /** Something else may have begun since the first look, or the same call twice. */
  private CompletionStage<?> begin(Call call, Found found) {
    if (answerSame(call)) {
      return Mailbox.DONE;
    }
    if (!found.obstacles().isEmpty()) {
      throw new UnsupportedException(
          "Cannot migrate domain '"
              + ledger.name()
              + "': "
              + String.join("; ", found.obstacles())
              + ".");
    }
    requests.admit(Verb.MIGRATE_OFFLINE, call.target());
    KeptJob job =
        OfflineRow.of(
            call.request(),
            found.copies(),
            ledger,
            new Job.Origin(call.actor(), call.options().key(), host.now()));
    Supplier<DomainOffer> offer = offer(job, found.copies());
    return ledger
        .request(JobSteps.began(Step.by(call.actor()), job))
        .thenRun(
            () -> {
              call.answer().complete(job.job());
              migrations.begin(job, unusedStill(job, call.users(), offer));
            });
  }

  /** Whoever has opened one since it was looked at is seen now that it is claimed. */
  private static Supplier<DomainOffer> unusedStill(
      KeptJob job, Function<Path, List<String>> users, Supplier<DomainOffer> offer) {
    return () -> {
      for (Path file : StandInRow.does(job) ? StorageRow.copied(job).toList() : List.<Path>of()) {
        CopiesAtRest.inUse(file, users)
            .ifPresent(
                why -> {
                  throw new BusyException("Cannot copy it: " + why + ".", job.job().id().text());
                });
      }
      return offer.get();
    };
  }

  /** What speaks against it there, here and there. In the driver's turn. */
  CompletableFuture<List<String>> obstacles(
      MigrationRequest request, Function<Path, List<String>> users) {
    List<String> inTheWay = new ArrayList<>();
    try {
      requests.admit(Verb.MIGRATE_OFFLINE, "");
    } catch (BusyException obstacle) {
      inTheWay.add(String.valueOf(obstacle.getMessage()));
    }
    return look(request, users)
        .thenApply(
            found -> {
              inTheWay.addAll(found.obstacles());
              return List.copyOf(inTheWay);
            });
  }

  private CompletableFuture<Found> look(
      MigrationRequest request, Function<Path, List<String>> users) {
    List<String> here = DefinedFiles.leftBehind(ledger.definition());
    Supplier<CopiesAtRest.Found> copies = copies(request, users);
    Function<CopiesAtRest.Found, DomainOffer> draft = drafts(JobId.random(), request.target());
    return CompletableFuture.supplyAsync(
        () -> {
          CopiesAtRest.Found found = copies.get();
          List<String> all = new ArrayList<>(here);
          all.addAll(found.plan().obstacles());
          try (Peer peer = host.peers().connect(request.target())) {
            peer.target().obstacles(draft.apply(found)).stream()
                .limit(MOST_OBSTACLES)
                .map(PeerWords::of)
                .forEach(all::add);
          }
          return new Found(List.copyOf(all), found);
        },
        host.peerThreads().preparing());
  }

  /** The images that go along, once they are looked at: on a thread that may wait for storage. */
  private Supplier<CopiesAtRest.Found> copies(
      MigrationRequest request, Function<Path, List<String>> users) {
    if (request.storage().isEmpty()) {
      return () -> CopiesAtRest.Found.NONE;
    }
    CopiesAtRest images = new CopiesAtRest(host, users, request.storage().get());
    DomainDefinition definition = ledger.definition();
    long revision = ledger.revision();
    return () -> images.look(ledger.uuid(), revision, host.namedImages().found(definition));
  }

  private Supplier<DomainOffer> offer(KeptJob job, CopiesAtRest.Found copies) {
    Function<CopiesAtRest.Found, DomainOffer> drafts =
        drafts(job.job().id(), MigrationRow.target(job));
    return () -> drafts.apply(copies);
  }

  /** What is offered, once its files are looked at: on a thread that may wait for storage. */
  private Function<CopiesAtRest.Found, DomainOffer> drafts(JobId id, URI target) {
    DomainDefinition definition = ledger.definition();
    return copies ->
        new DomainOffer(
            id,
            ledger.uuid(),
            ledger.name(),
            moved(copies.copyable(definition), copies),
            files(host.namedImages().found(copies.remaining(definition))),
            copies.plan().copies(),
            host.managedSaves().resolveSibling("").toString(),
            host.boot(),
            key(target, copies));
  }

  /** A new one for images that go to another machine. */
  private static Optional<StreamKey> key(URI target, CopiesAtRest.Found copies) {
    return Peers.isElsewhere(target) && !copies.plan().copies().isEmpty()
        ? Optional.of(StreamKey.random())
        : Optional.empty();
  }

  private static String moved(DomainDefinition definition, CopiesAtRest.Found copies) {
    String json = DefinitionWriter.json(definition);
    return copies
        .standIn()
        .map(reader -> CopiedDisks.moved(json, reader, copies.plan().copies()))
        .orElse(json);
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
