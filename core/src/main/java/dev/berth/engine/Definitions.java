package dev.berth.engine;

import dev.berth.definition.DefinitionWriter;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Policies;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.engine.step.OnRecord;
import dev.berth.engine.thread.OpenCalls;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.PolicyState;
import dev.berth.store.StoreContents;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates domains, and leads new definitions of known ones to their drivers. Thread-safe. */
final class Definitions {
  /** How long until a store that could not be read is asked again. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(Definitions.class);

  private final HostServices host;
  private final Domains domains;

  Definitions(HostServices host, Domains domains) {
    this.host = host;
    this.domains = domains;
  }

  /** Creates or replaces; the future completes when that is durable. */
  CompletableFuture<DefineResult> define(
      DomainDefinition wanted, DefineCondition condition, String actor) {
    Optional<DomainDriver> existing = domains.find(wanted.name());
    if (existing.isEmpty()) {
      return create(wanted, condition, actor);
    }
    UUID uuid = existing.get().snapshot().uuid();
    if (wanted.uuid().isPresent() && !wanted.uuid().get().equals(uuid)) {
      throw new AlreadyExistsException(
          "Cannot define domain '"
              + wanted.name()
              + "': it exists with UUID "
              + uuid
              + ", not "
              + wanted.uuid().get()
              + ". Leave 'uuid' out to replace it, or choose another name.");
    }
    return existing.get().define(wanted.withUuid(uuid), condition, actor);
  }

  private CompletableFuture<DefineResult> create(
      DomainDefinition wanted, DefineCondition condition, String actor) {
    if (condition instanceof DefineCondition.Revision expected) {
      throw new ConflictException(
          "There is no domain '"
              + wanted.name()
              + "' whose definition could be at revision "
              + expected.revision()
              + ". Define it without that condition.");
    }
    DomainDefinition definition = wanted.withUuid(wanted.uuid().orElseGet(UUID::randomUUID));
    UUID uuid = definition.uuid().orElseThrow();
    domains.reserve(wanted.name(), uuid);
    DomainRecord row =
        new DomainRecord(
            uuid,
            wanted.name(),
            1,
            1,
            DefinitionWriter.json(definition),
            DomainStatus.of(DomainState.SHUTOFF, StateReason.UNKNOWN, host.now()));
    PolicyState policyState = policyState(definition, uuid);
    List<Change> changes =
        List.of(new Change.PutDomain(row), new Change.PutPolicyState(policyState));
    return host.commit(new Commit(changes, List.of(defined(row, actor))))
        .handle(
            (events, failure) -> {
              if (failure != null) {
                throw failed(row, definition, OpenCalls.unwrapped(failure));
              }
              DomainDriver driver =
                  domains.open(
                      host, OnRecord.created(row, definition, policyState(definition, row.uuid())));
              host.announce(events);
              return new DefineResult(DefineResult.Effect.CREATED, driver.snapshot());
            });
  }

  /** A new domain has missed the host's boot: it is started by itself at the next one. */
  private PolicyState policyState(DomainDefinition definition, UUID uuid) {
    PolicyState none = PolicyState.none(uuid);
    return definition.policies().autostart() == Policies.Autostart.ONCE_PER_BOOT
        ? none.settledIn(host.boot())
        : none;
  }

  private RuntimeException failed(
      DomainRecord row, DomainDefinition definition, RuntimeException failure) {
    if (failure instanceof OutcomeUnknownException) {
      findOut(row, definition);
    } else {
      domains.release(row.name(), row.uuid());
    }
    return failure;
  }

  /**
   * Asks the store whether it holds a domain that may or may not have been created, until it can be
   * read; the name stays reserved meanwhile.
   */
  private void findOut(DomainRecord row, DomainDefinition definition) {
    CompletableFuture.supplyAsync(() -> host.store().contents(), host.patient())
        .thenAccept(contents -> found(row, definition, contents))
        .exceptionally(
            unreadable -> {
              host.timers().after(RETRY, () -> findOut(row, definition));
              return null;
            });
  }

  private void found(DomainRecord row, DomainDefinition definition, StoreContents contents) {
    if (contents.domains().stream().noneMatch(stored -> stored.uuid().equals(row.uuid()))) {
      LOG.warn("Domain '{}' was not defined: the store does not hold it", row.name());
      domains.release(row.name(), row.uuid());
      return;
    }
    LOG.warn("Domain '{}' was defined after all: the store holds it", row.name());
    domains.open(host, OnRecord.created(row, definition, policyState(definition, row.uuid())));
    host.journal().announce(host.store().eventRange().newest());
  }

  private DomainEvent defined(DomainRecord row, String actor) {
    return new DomainEvent(
        0,
        host.now(),
        Optional.of(row.uuid()),
        Optional.of(row.name().text()),
        EventTypes.DEFINED,
        actor,
        Map.of("revision", "1"));
  }
}
