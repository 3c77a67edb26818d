package dev.berth.engine;

import dev.berth.definition.DefinitionWriter;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Creates domains, and leads new definitions of known ones to their drivers. Thread-safe. */
final class Definitions {
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
    return host.commit(new Commit(List.of(new Change.PutDomain(row)), List.of(defined(row, actor))))
        .handle(
            (events, failure) -> {
              if (failure != null) {
                domains.release(wanted.name(), uuid);
                throw OpenCalls.unwrapped(failure);
              }
              DomainDriver driver =
                  DomainDriver.of(host, domains, OnRecord.created(row, definition));
              host.announce(events);
              return new DefineResult(DefineResult.Effect.CREATED, driver.snapshot());
            });
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
