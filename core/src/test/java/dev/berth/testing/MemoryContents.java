package dev.berth.testing;

import dev.berth.backup.Backup;
import dev.berth.backup.Checkpoint;
import dev.berth.backup.PullBackup;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainName;
import dev.berth.domain.EventTypes;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.error.NotFoundException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DomainRef;
import dev.berth.image.Image;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.subscription.Subscriptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The domains of a {@link MemoryHost}, which all its views share, and who may define what. Also
 * their lock, notified of every change.
 */
final class MemoryContents {
  private final Clock clock;
  private final Map<UUID, MemoryDomain> domains = new HashMap<>();
  private final Set<Path> dumps = new HashSet<>();
  private final Map<Path, MemorySaves.Saved> saves = new HashMap<>();
  private final Map<PoolName, Path> pools = new TreeMap<>();
  private final Map<ImageName, Image> images = new TreeMap<>();
  private final Map<Job, String> hostJobs = new LinkedHashMap<>();
  private final List<Backup> backups = new ArrayList<>();
  private final Map<JobId, PullBackup> exports = new HashMap<>();
  private final Map<UUID, List<Checkpoint>> checkpoints = new HashMap<>();
  private final MemoryEvents events;
  private final Subscriptions subscriptions;
  private boolean closed;

  MemoryContents(Clock clock) {
    this.clock = clock;
    this.events = new MemoryEvents(clock);
    this.subscriptions =
        new Subscriptions(Subscriptions.Source.THIS_PROCESS, after -> events().stream(after));
  }

  Clock clock() {
    return clock;
  }

  Map<UUID, MemoryDomain> domains() {
    checkOpen();
    return domains;
  }

  /** The files that saved machines would be in. */
  Map<Path, MemorySaves.Saved> saves() {
    return saves;
  }

  /** The files that guests' memory would be in. */
  Set<Path> dumps() {
    return dumps;
  }

  /** The checkpoints of a domain, the oldest first. */
  List<Checkpoint> checkpoints(UUID domain) {
    return checkpoints.computeIfAbsent(domain, none -> new ArrayList<>());
  }

  /** The directory of each pool. */
  Map<PoolName, Path> pools() {
    checkOpen();
    return pools;
  }

  /** Every image. */
  Map<ImageName, Image> images() {
    checkOpen();
    return images;
  }

  /** Jobs about images, with what was asked for. */
  Map<Job, String> hostJobs() {
    return hostJobs;
  }

  /** The backups that would be in directories, the oldest first. */
  List<Backup> backups() {
    return backups;
  }

  /** How the disks of exports would be reached, by their jobs. */
  Map<JobId, PullBackup> exports() {
    return exports;
  }

  MemoryEvents events() {
    checkOpen();
    return events;
  }

  /** Refuses every call from now on, and ends those that wait. */
  void close(Duration patience) {
    synchronized (this) {
      closed = true;
      domains.values().forEach(domain -> domain.consoles.forEach(MemoryConsole::end));
      notifyAll();
    }
    try {
      subscriptions.close(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    events.close();
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  private void checkOpen() {
    if (closed) {
      throw MemoryEvents.closedHost();
    }
  }

  DefineResult define(DomainDefinition read, DefineCondition condition, String actor) {
    checkOpen();
    Optional<MemoryDomain> existing = existing(read);
    require(condition, read.name(), existing);
    return existing
        .map(domain -> redefine(domain, read, actor))
        .orElseGet(() -> create(read, actor));
  }

  /** The domain that a call means. */
  MemoryDomain find(DomainRef reference) {
    return domains().values().stream()
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

  /** The domain that the definition is of; its UUID must be no other domain's. */
  private Optional<MemoryDomain> existing(DomainDefinition read) {
    Optional<MemoryDomain> byName = byName(read.name());
    Optional<MemoryDomain> byUuid =
        read.uuid().flatMap(uuid -> Optional.ofNullable(domains.get(uuid)));
    if (read.uuid().isPresent() && !byName.equals(byUuid)) {
      throw new AlreadyExistsException(
          "Cannot define domain '"
              + read.name()
              + "': its name or its UUID belongs to another domain. Choose others.");
    }
    return byName;
  }

  private Optional<MemoryDomain> byName(DomainName name) {
    return domains.values().stream()
        .filter(domain -> domain.definition().name().equals(name))
        .findFirst();
  }

  private static void require(
      DefineCondition condition, DomainName name, Optional<MemoryDomain> existing) {
    if (condition instanceof DefineCondition.Absent && existing.isPresent()) {
      throw new AlreadyExistsException(
          "Domain '" + name + "' exists already. Choose another name, or replace it.");
    }
    if (condition instanceof DefineCondition.Revision wanted
        && existing.map(MemoryDomain::revision).orElse(0L) != wanted.revision()) {
      throw new ConflictException(
          "The definition of domain '"
              + name
              + "' is not at revision "
              + wanted.revision()
              + ". Read it again, then decide.");
    }
  }

  private DefineResult create(DomainDefinition read, String actor) {
    var domain = new MemoryDomain(read.withUuid(read.uuid().orElseGet(UUID::randomUUID)), clock);
    domains.put(domain.uuid(), domain);
    events.add(domain, EventTypes.DEFINED, actor, Map.of("revision", "1"));
    notifyAll();
    return new DefineResult(DefineResult.Effect.CREATED, domain.snapshot());
  }

  private DefineResult redefine(MemoryDomain domain, DomainDefinition read, String actor) {
    DomainDefinition replacement = read.withUuid(domain.uuid());
    if (replacement.equals(domain.definition())) {
      return new DefineResult(DefineResult.Effect.UNCHANGED, domain.snapshot());
    }
    domain.redefine(replacement);
    events.add(
        domain, EventTypes.REDEFINED, actor, Map.of("revision", Long.toString(domain.revision())));
    notifyAll();
    return new DefineResult(DefineResult.Effect.REPLACED, domain.snapshot());
  }
}
