package dev.berth.engine;

import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DefinitionWriter;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.OnRecord;
import dev.berth.engine.thread.OpenCalls;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.PolicyState;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The places of domains that come from other hosts, whatever comes with them. */
final class ArrivingDomains {
  private final HostServices host;
  private final Supplier<Domains> domains;
  private final Supplier<List<Job>> jobs;
  private final String actor;

  /**
   * For calls of an actor.
   *
   * @param domains the engine's, as long as it is open
   * @param jobs all of that engine
   */
  ArrivingDomains(
      HostServices host, Supplier<Domains> domains, Supplier<List<Job>> jobs, String actor) {
    this.host = host;
    this.domains = domains;
    this.jobs = jobs;
    this.actor = actor;
  }

  /**
   * The definition that is offered of a domain, if there is a place for that here.
   *
   * @param obstacles gets what speaks against it, each that does
   */
  Optional<DomainDefinition> look(
      UUID domain, DomainName name, String definition, List<String> obstacles) {
    Domains here = domains.get();
    here.find(domain)
        .ifPresent(
            other ->
                obstacles.add(
                    "domain '" + other.snapshot().name() + "' of that host has its UUID already"));
    here.find(name)
        .filter(other -> !other.snapshot().uuid().equals(domain))
        .ifPresent(other -> obstacles.add("that host has another domain of its name"));
    return read(domain, name, definition, obstacles);
  }

  private static Optional<DomainDefinition> read(
      UUID domain, DomainName name, String text, List<String> obstacles) {
    try {
      DomainDefinition definition =
          DefinitionReader.read(new DefinitionDocument(text, name.text(), Path.of("/")));
      if (definition.name().equals(name) && definition.uuid().equals(Optional.of(domain))) {
        return Optional.of(definition);
      }
      obstacles.add("its definition is that of another domain");
    } catch (InvalidDefinitionException unreadable) {
      obstacles.add(String.valueOf(unreadable.getMessage()));
    }
    return Optional.empty();
  }

  /** The domain and what is to come to it, in one step: neither is there without the other. */
  CompletableFuture<DomainDriver> create(KeptJob job, DomainDefinition definition) {
    Domains here = domains.get();
    UUID domain = job.job().target().domain().orElseThrow();
    DomainName name = job.job().target().name().orElseThrow();
    requireUnused(job.job().id());
    here.reserve(name, domain);
    DomainRecord row =
        new DomainRecord(
            domain,
            name,
            1,
            1,
            DefinitionWriter.json(definition),
            DomainStatus.of(DomainState.SHUTOFF, StateReason.UNKNOWN, host.now()));
    PolicyState policies = PolicyState.none(domain).settledIn(host.boot());
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
                  here.open(host, OnRecord.arriving(row, definition, policies, List.of(job)));
              host.announce(events);
              return driver;
            });
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
}
