package dev.berth.engine;

import dev.berth.definition.DomainDefinition;
import dev.berth.engine.migration.ComingImages;
import dev.berth.engine.migration.RefusedArrivals;
import dev.berth.engine.thread.Turns;
import dev.berth.error.AccessDeniedException;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.Arrival;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.Offer;
import dev.berth.migration.TargetHost;
import dev.berth.migration.TargetPhase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
  private final ArrivingDomains arriving;
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
    this.arriving = new ArrivingDomains(host, domains, jobs, actor);
    this.refused = refused;
    this.actor = actor;
  }

  @Override
  public List<String> obstacles(Offer offer) {
    List<String> obstacles = new ArrayList<>();
    arriving.look(offer.domain(), offer.name(), offer.definition(), obstacles);
    if (!offer.names(offer.launch())) {
      obstacles.add("the files that it names are not those that its machine opens");
    }
    offer
        .images()
        .forEach(image -> image.obstacle(offer.place(host.boot())).ifPresent(obstacles::add));
    obstacles.addAll(
        new ComingImages(host.images(), offer.migration(), offer.copies()).obstacles());
    obstacles.addAll(ports(offer));
    try (HeldResources none = HeldResources.none()) {
      if (offer.launch().resources().isEmpty()) {
        LaunchRecord planned =
            host.launcher().planArrival(offer.arriving(), FromPeer.revision(offer), none);
        FromPeer.obstacle(offer, planned).ifPresent(obstacles::add);
      }
    } catch (BerthException unfit) {
      obstacles.add(String.valueOf(unfit.getMessage()));
    }
    return List.copyOf(obstacles);
  }

  /** What comes from another machine takes a port for its state, and one for its images. */
  private List<String> ports(Offer offer) {
    if (offer.key().isEmpty()) {
      return List.of();
    }
    return host.network().lacking(offer.copies().isEmpty() ? 1 : 2).stream().toList();
  }

  @Override
  public Arrival prepare(Offer offer) {
    requireWanted(offer.migration());
    if (find(offer.domain()).filter(driver -> isOf(driver, offer.migration())).isPresent()) {
      return await(offer.domain(), offer.migration(), Duration.ZERO);
    }
    List<String> obstacles = obstacles(offer);
    Optional<DomainDefinition> definition =
        arriving.look(offer.domain(), offer.name(), offer.definition(), new ArrayList<>());
    if (!obstacles.isEmpty() || definition.isEmpty()) {
      throw new UnsupportedException(
          "Cannot take domain '" + offer.name() + "': " + String.join("; ", obstacles) + ".");
    }
    DomainDriver driver =
        turns
            .get()
            .await(
                () -> arriving.create(ArrivalRow.of(offer, actor, host.now()), definition.get()),
                CallOptions.none());
    return ready(driver, offer);
  }

  /** What is not ready is forgotten; so is what was taken back meanwhile. */
  private Arrival ready(DomainDriver driver, Offer offer) {
    boolean ready = false;
    try {
      turns.get().await(() -> driver.migrations().receive(offer, actor), CallOptions.none());
      requireWanted(offer.migration());
      ready = true;
      return await(offer.domain(), offer.migration(), Duration.ZERO);
    } finally {
      if (!ready) {
        driver.migrations().discard(offer.migration());
      }
    }
  }

  private void requireWanted(JobId migration) {
    if (refused.contains(migration)) {
      throw new InvalidStateException("Migration " + migration + " was taken back by its source.");
    }
  }

  private static boolean isOf(DomainDriver driver, JobId migration) {
    return driver.jobs().stream().anyMatch(job -> job.id().equals(migration));
  }

  @Override
  public List<String> obstacles(DomainOffer offer) {
    return new DomainReception(host, arriving, actor).obstacles(offer);
  }

  @Override
  public Arrival reserve(DomainOffer offer) {
    requireWanted(offer.migration());
    if (find(offer.domain()).filter(driver -> isOf(driver, offer.migration())).isEmpty()) {
      DomainReception reception = new DomainReception(host, arriving, actor);
      DomainDriver driver = turns.get().await(() -> reception.reserve(offer), CallOptions.none());
      if (!offer.copies().isEmpty()) {
        turns.get().await(() -> driver.migrations().receiveImages(offer), CallOptions.none());
      }
      if (refused.contains(offer.migration())) {
        driver.migrations().discard(offer.migration());
      }
    }
    requireWanted(offer.migration());
    return await(offer.domain(), offer.migration(), Duration.ZERO);
  }

  @Override
  public Arrival settle(UUID domain, JobId migration) {
    requirePreparer(domain, migration);
    return asked(domain, verbs -> verbs.settle(migration));
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
