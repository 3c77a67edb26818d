package dev.berth.storage;

import dev.berth.domain.DomainEvent;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidRequestException;
import dev.berth.store.Change;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One transaction that carries many commits, so that they share one sync. A commit that is refused
 * is taken out of it by its savepoint; its neighbours stay. Every {@link SQLException} means that
 * the whole transaction is to be given up.
 */
final class CommitGroup {
  private final Database database;
  private final Meta before;
  private final Map<PendingCommit, List<DomainEvent>> accepted = new LinkedHashMap<>();
  private final Map<PendingCommit, BerthException> refused = new LinkedHashMap<>();
  private final Set<UUID> changed = new LinkedHashSet<>();
  private final Set<UUID> removed = new LinkedHashSet<>();
  private boolean changesPools;
  private long nextSequence;

  CommitGroup(Database database, Meta before) {
    this.database = database;
    this.before = before;
    this.nextSequence = before.nextSequence();
  }

  /** Applies a commit, or refuses it. */
  void add(PendingCommit pending) throws SQLException {
    Optional<Savepoint> beforeIt = isEmpty() ? Optional.empty() : Optional.of(database.savepoint());
    long sequence = nextSequence;
    try {
      for (Change change : pending.commit().changes()) {
        database.apply(change);
      }
      List<DomainEvent> numbered = new ArrayList<>();
      for (DomainEvent event : pending.commit().events()) {
        DomainEvent next = event.numbered(sequence++);
        database.events().append(next);
        numbered.add(next);
      }
      accepted.put(pending, List.copyOf(numbered));
      pending.commit().changes().forEach(this::note);
      nextSequence = sequence;
    } catch (BerthException e) {
      rollback(beforeIt);
      refused.put(pending, e);
    } catch (SQLException e) {
      if (!StoreErrors.isAboutValues(e)) {
        throw e;
      }
      rollback(beforeIt);
      refused.put(
          pending,
          new InvalidRequestException(
              "The store cannot hold a value of this change: " + StoreErrors.reason(e) + "."));
    }
  }

  /** Takes a commit out again; without a savepoint there is none before it in the transaction. */
  private void rollback(Optional<Savepoint> beforeIt) throws SQLException {
    if (beforeIt.isPresent()) {
      database.rollback(beforeIt.get());
    } else {
      database.rollback();
    }
  }

  private void note(Change change) {
    if (PoolTables.concerns(change)) {
      changesPools = true;
    } else if (!BackupTable.concerns(change)) {
      DomainTables.subject(change).ifPresent(domain -> note(change, domain));
    }
  }

  private void note(Change change, UUID domain) {
    if (change instanceof Change.RemoveDomain) {
      changed.remove(domain);
      removed.add(domain);
    } else if (change instanceof Change.PutDomain) {
      removed.remove(domain);
      changed.add(domain);
    } else if (!removed.contains(domain)) {
      changed.add(domain);
    }
  }

  /** Drops old events and notes the new numbers. */
  EventTable.Stock seal(EventTable.Stock stock, StoreSettings settings) throws SQLException {
    after().write(database.sql());
    long added = nextSequence - before.nextSequence();
    if (added == 0) {
      return stock;
    }
    long oldest = stock.count() == 0 ? before.nextSequence() : stock.oldest();
    Instant notBefore = settings.clock().instant().minus(settings.eventAge());
    return database
        .events()
        .trim(
            new EventTable.Stock(stock.count() + added, oldest), settings.eventsKept(), notBefore);
  }

  /** Whether no commit was accepted. */
  boolean isEmpty() {
    return accepted.isEmpty();
  }

  /** What the database says of itself once this group is in it. */
  Meta after() {
    return new Meta(before.host(), before.commits() + 1, nextSequence);
  }

  Map<PendingCommit, List<DomainEvent>> accepted() {
    return accepted;
  }

  Map<PendingCommit, BerthException> refused() {
    return refused;
  }

  /** Domains that were changed and still exist. */
  Set<UUID> changed() {
    return changed;
  }

  /** Whether pools or images were changed. */
  boolean changesPools() {
    return changesPools;
  }

  /** Domains that are no more. */
  Set<UUID> removed() {
    return removed;
  }
}
