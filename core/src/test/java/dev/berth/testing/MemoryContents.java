package dev.berth.testing;

import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainName;
import dev.berth.domain.EventTypes;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.error.NotFoundException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DomainRef;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The domains of a {@link MemoryHost}, which all its views share, and who may define what. Also
 * their lock, notified of every change.
 */
final class MemoryContents {
  private final Clock clock;
  private final Map<UUID, MemoryDomain> domains = new HashMap<>();
  private final MemoryEvents events;

  MemoryContents(Clock clock) {
    this.clock = clock;
    this.events = new MemoryEvents(clock);
  }

  Map<UUID, MemoryDomain> domains() {
    return domains;
  }

  MemoryEvents events() {
    return events;
  }

  DefineResult define(DomainDefinition read, DefineCondition condition, String actor) {
    Optional<MemoryDomain> existing = existing(read);
    require(condition, read.name(), existing);
    return existing
        .map(domain -> redefine(domain, read, actor))
        .orElseGet(() -> create(read, actor));
  }

  /** The domain that a call means. */
  MemoryDomain find(DomainRef reference) {
    return domains.values().stream()
        .filter(
            domain ->
                reference.equals(new DomainRef.ByUuid(domain.uuid()))
                    || reference.equals(DomainRef.of(domain.definition().name())))
        .findFirst()
        .orElseThrow(
            () ->
                new NotFoundException(
                    "There is no domain '" + reference + "'. 'vmctl list' shows those there are."));
  }

  /** The domain that the definition is of: by UUID where it has one, else by name. */
  private Optional<MemoryDomain> existing(DomainDefinition read) {
    Optional<MemoryDomain> byName = byName(read.name());
    Optional<MemoryDomain> byUuid =
        read.uuid().flatMap(uuid -> Optional.ofNullable(domains.get(uuid)));
    if (byName.isPresent() && read.uuid().isPresent() && !byName.equals(byUuid)) {
      throw new AlreadyExistsException(
          "The name '"
              + read.name()
              + "' belongs to the domain "
              + byName.get().uuid()
              + ". Choose another one.");
    }
    return byUuid.or(() -> byName);
  }

  private Optional<MemoryDomain> byName(DomainName name) {
    return domains.values().stream()
        .filter(domain -> domain.definition().name().equals(name))
        .findFirst();
  }

  private static void require(
      DefineCondition condition, DomainName name, Optional<MemoryDomain> existing) {
    boolean holds = true;
    if (condition instanceof DefineCondition.Absent) {
      holds = existing.isEmpty();
    } else if (condition instanceof DefineCondition.Revision wanted) {
      holds = existing.isPresent() && existing.get().revision() == wanted.revision();
    }
    if (!holds) {
      throw new ConflictException(
          "Domain '"
              + name
              + "' is not as the condition says: "
              + existing
                  .map(domain -> "its revision is " + domain.revision())
                  .orElse("it is not there")
              + ". Read it again.");
    }
  }

  private DefineResult create(DomainDefinition read, String actor) {
    var domain = new MemoryDomain(read.withUuid(read.uuid().orElseGet(UUID::randomUUID)), clock);
    domains.put(domain.uuid(), domain);
    events.add(domain, EventTypes.DEFINED, actor, Map.of());
    notifyAll();
    return new DefineResult(DefineResult.Effect.CREATED, domain.snapshot());
  }

  private DefineResult redefine(MemoryDomain domain, DomainDefinition read, String actor) {
    DomainDefinition replacement = read.withUuid(domain.uuid());
    if (replacement.equals(domain.definition())) {
      return new DefineResult(DefineResult.Effect.UNCHANGED, domain.snapshot());
    }
    domain.redefine(replacement);
    events.add(domain, EventTypes.REDEFINED, actor, Map.of());
    notifyAll();
    return new DefineResult(DefineResult.Effect.REPLACED, domain.snapshot());
  }
}
