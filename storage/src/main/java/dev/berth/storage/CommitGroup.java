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
  private final Set<UUID> touched = new LinkedHashSet<>();
  private final List<RecoveryCopy> copies = new ArrayList<>();
  private final List<UUID> removed = new ArrayList<>();
  private long nextSequence;

  CommitGroup(Database database, Meta before) {
    this.database = database;
    this.before = before;
    this.nextSequence = before.nextSequence();
  }

  /** Applies a commit, or refuses it. */
  void add(PendingCommit pending) throws SQLException {
    Savepoint beforeIt = database.savepoint();
    long sequence = nextSequence;
    try {
      for (Change change : pending.commit().changes()) {
        database.domains().apply(change);
      }
      List<DomainEvent> numbered = new ArrayList<>();
      for (DomainEvent event : pending.commit().events()) {
        DomainEvent next = event.numbered(sequence++);
        database.events().append(next);
        numbered.add(next);
      }
      accepted.put(pending, List.copyOf(numbered));
      pending.commit().changes().forEach(change -> touched.add(DomainTables.subject(change)));
      nextSequence = sequence;
    } catch (BerthException e) {
      database.rollback(beforeIt);
      refused.put(pending, e);
    } catch (SQLException e) {
      if (!StoreErrors.isAboutValues(e)) {
        throw e;
      }
      database.rollback(beforeIt);
      refused.put(
          pending,
          new InvalidRequestException(
              "The store cannot hold a value of this change: " + StoreErrors.reason(e) + "."));
    }
  }

  /** Drops old events, notes the new numbers, and reads what the recovery copies will say. */
  EventTable.Stock seal(EventTable.Stock stock, StoreSettings settings) throws SQLException {
    Meta after = after();
    after.write(database.sql());
    for (UUID domain : touched) {
      var record = database.domains().domain(domain);
      if (record.isEmpty()) {
        removed.add(domain);
      } else {
        copies.add(
            new RecoveryCopy(
                after.host(),
                after.commits(),
                after.nextSequence() - 1,
                record.get(),
                database.domains().launch(domain),
                database.domains().intent(domain),
                database.domains().policyState(domain)));
      }
    }
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

  /** The new state of every domain that was changed and still exists. */
  List<RecoveryCopy> copies() {
    return copies;
  }

  /** Domains that are no more. */
  List<UUID> removed() {
    return removed;
  }
}
