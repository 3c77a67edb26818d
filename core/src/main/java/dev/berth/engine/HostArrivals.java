package dev.berth.engine;

import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DefinitionWriter;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.error.AccessDeniedException;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.machine.HeldResources;
import dev.berth.migration.Arrival;
import dev.berth.migration.Offer;
import dev.berth.migration.TargetHost;
import dev.berth.migration.TargetPhase;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.PolicyState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** What other hosts ask of an engine to which guests of theirs are to go. */
final class HostArrivals implements TargetHost {
  private static final String NO_DOMAIN = "there is no such domain here";

  private final HostServices host;
  private final Supplier<Domains> domains;
  private final Supplier<Turns> turns;
  private final Supplier<List<Job>> jobs;
  private final RefusedArrivals refused;
  private final String actor;

  /**
   * For calls of an actor.
   *
   * @param domains the engine's, as long as it is open
   * @param jobs all of that engine
   */
  HostArrivals(
      HostServices host,
      Supplier<Domains> domains,
      Supplier<Turns> turns,
      Supplier<List<Job>> jobs,
      RefusedArrivals refused,
      String actor) {
    this.host = host;
    this.domains = domains;
    this.turns = turns;
    this.jobs = jobs;
    this.refused = refused;
    this.actor = actor;
  }

  @Override
  public List<String> obstacles(Offer offer) {
    List<String> obstacles = new ArrayList<>();
    Domains here = domains.get();
    here.find(offer.domain())
        .ifPresent(
            other ->
                obstacles.add(
                    "domain '" + other.snapshot().name() + "' of that host has its UUID already"));
    here.find(offer.name())
        .filter(other -> !other.snapshot().uuid().equals(offer.domain()))
        .ifPresent(other -> obstacles.add("that host has another domain of its name"));
    definition(offer, obstacles);
    if (!offer.names(offer.launch())) {
      obstacles.add("the files that it names are not those that its machine opens");
    }
    offer
        .images()
        .forEach(image -> image.obstacle(offer.place(host.boot())).ifPresent(obstacles::add));
    try (HeldResources none = HeldResources.none()) {
      if (offer.launch().resources().isEmpty()) {
        host.launcher().planArrival(offer.launch(), FromPeer.revision(offer), none);
      }
    } catch (BerthException unfit) {
      obstacles.add(String.valueOf(unfit.getMessage()));
    }
    return List.copyOf(obstacles);
  }

  private static Optional<DomainDefinition> definition(Offer offer, List<String> obstacles) {
    try {
      DomainDefinition definition =
          DefinitionReader.read(
              new DefinitionDocument(offer.definition(), offer.name().text(), Path.of("/")));
      if (definition.name().equals(offer.name())
          && definition.uuid().equals(Optional.of(offer.domain()))) {
        return Optional.of(definition);
      }
      obstacles.add("its definition is that of another domain");
    } catch (InvalidDefinitionException unreadable) {
      obstacles.add(String.valueOf(unreadable.getMessage()));
    }
    return Optional.empty();
  }

  @Override
  public Arrival prepare(Offer offer) {
    requireWanted(offer);
    if (find(offer.domain()).filter(driver -> isOf(driver, offer.migration())).isPresent()) {
      return await(offer.domain(), offer.migration(), Duration.ZERO);
    }
    List<String> obstacles = obstacles(offer);
    Optional<DomainDefinition> definition = definition(offer, new ArrayList<>());
    if (!obstacles.isEmpty() || definition.isEmpty()) {
      throw new UnsupportedException(
          "Cannot take domain '" + offer.name() + "': " + String.join("; ", obstacles) + ".");
    }
    DomainDriver driver =
        turns.get().await(() -> create(offer, definition.get()), CallOptions.none());
    return ready(driver, offer);
  }

  /** What is not ready is forgotten; so is what was taken back meanwhile. */
  private Arrival ready(DomainDriver driver, Offer offer) {
    boolean ready = false;
    try {
      turns.get().await(() -> driver.migrations().receive(offer, actor), CallOptions.none());
      requireWanted(offer);
      ready = true;
      return await(offer.domain(), offer.migration(), Duration.ZERO);
    } finally {
      if (!ready) {
        driver.migrations().discard(offer.migration());
      }
    }
  }

  private void requireWanted(Offer offer) {
    if (refused.contains(offer.migration())) {
      throw new InvalidStateException(
          "Migration " + offer.migration() + " was taken back by its source.");
    }
  }

  private static boolean isOf(DomainDriver driver, JobId migration) {
    return driver.jobs().stream().anyMatch(job -> job.id().equals(migration));
  }

  /** The source chooses the id, and no job that is here already gives way to it. */
  private void requireUnused(JobId migration) {
    if (jobs.get().stream().anyMatch(job -> job.id().equals(migration))) {
      throw new AlreadyExistsException(
          "Cannot take a machine by migration "
              + migration
              + ": this host has another job of"
              + " that id. Begin the migration anew.");
    }
  }

  /** The domain and what is to come to it, in one step: neither is there without the other. */
  private CompletableFuture<DomainDriver> create(Offer offer, DomainDefinition definition) {
    Domains here = domains.get();
    requireUnused(offer.migration());
    here.reserve(offer.name(), offer.domain());
    DomainRecord row =
        new DomainRecord(
            offer.domain(),
            offer.name(),
            1,
            1,
            DefinitionWriter.json(definition),
            DomainStatus.of(DomainState.SHUTOFF, StateReason.UNKNOWN, host.now()));
    PolicyState policies = PolicyState.none(offer.domain()).settledIn(host.boot());
    KeptJob job = ArrivalRow.of(offer, actor, host.now());
    Commit commit =
        new Commit(
            List.of(
                new Change.PutDomain(row),
                new Change.PutPolicyState(policies),
                new Change.PutJob(job.stored())),
            List.of(
                event(row, EventTypes.DEFINED, Map.of("revision", "1")),
                event(row, JobSteps.toldBegun(job).type(), JobSteps.toldBegun(job).attributes())));
    return host.commit(commit)
        .handle(
            (events, failure) -> {
              if (failure != null) {
                throw failed(row, OpenCalls.unwrapped(failure));
              }
              DomainDriver driver =
                  DomainDriver.of(
                      host, here, OnRecord.arriving(row, definition, policies, List.of(job)));
              host.announce(events);
              return driver;
            });
  }

  private DomainEvent event(DomainRecord row, String type, Map<String, String> attributes) {
    return new DomainEvent(
        0,
        host.now(),
        Optional.of(row.uuid()),
        Optional.of(row.name().text()),
        type,
        actor,
        attributes);
  }

  /** What may be stored all the same keeps its name until the host is opened again. */
  private RuntimeException failed(DomainRecord row, RuntimeException failure) {
    if (!(failure instanceof OutcomeUnknownException)) {
      domains.get().release(row.name(), row.uuid());
    }
    return failure;
  }

  @Override
  public Arrival await(UUID domain, JobId migration, Duration longest) {
    return asked(domain, verbs -> verbs.await(migration, longest));
  }

  @Override
  public Arrival take(UUID domain, JobId migration) {
    requirePreparer(domain, migration);
    return asked(domain, verbs -> verbs.take(migration));
  }

  @Override
  public Arrival discard(UUID domain, JobId migration) {
    requirePreparer(domain, migration);
    refused.add(migration);
    return asked(domain, verbs -> verbs.discard(migration));
  }

  /** Whoever else thinks that he knows better says so by {@code migration resolve}. */
  private void requirePreparer(UUID domain, JobId migration) {
    find(domain).stream()
        .flatMap(driver -> driver.jobs().stream())
        .filter(job -> job.id().equals(migration))
        .map(job -> job.origin().actor())
        .filter(preparer -> !preparer.equals(actor))
        .findFirst()
        .ifPresent(
            preparer -> {
              throw new AccessDeniedException(
                  "Migration "
                      + migration
                      + " is of '"
                      + preparer
                      + "', and only that host has a say in it. 'vmctl migration resolve' is for"
                      + " one that never answers again.");
            });
  }

  private Arrival asked(
      UUID domain, Function<MigrationVerbs, CompletableFuture<Arrival>> question) {
    Optional<DomainDriver> driver = find(domain);
    if (driver.isEmpty()) {
      return Arrival.of(TargetPhase.NONE, NO_DOMAIN);
    }
    try {
      return turns.get().await(() -> question.apply(driver.get().migrations()), CallOptions.none());
    } catch (NotFoundException goneMeanwhile) {
      return Arrival.of(TargetPhase.NONE, NO_DOMAIN);
    }
  }

  private Optional<DomainDriver> find(UUID domain) {
    return domains.get().find(domain);
  }
}
