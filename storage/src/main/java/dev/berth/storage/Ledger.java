package dev.berth.storage;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.error.BerthException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.store.DomainRecord;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content of a store: commits groups to the database and keeps it open, whole and small. For
 * one thread, {@code berth-store}.
 *
 * <p>A failure while a group is written leaves open whether the file has it. The file is therefore
 * opened again at once, and the commit number in it tells; only when that fails too do the callers
 * hear that the outcome is unknown. After a failed <em>sync</em> the whole file is rewritten first:
 * the kernel may have dropped what it could not write, and calls it clean from then on.
 */
final class Ledger {
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

  /** How far event numbers go before the host's recovery copy follows. */
  private static final long HOST_COPY_EVERY = 10_000;

  /** How far the recovery copies may be behind. */
  private static final Duration COPY_AFTER = Duration.ofMillis(200);

  private final StoreSettings settings;
  private final StoreHome home;
  private final FileLimits limits;
  private final RecoveryCopies copies;
  private final Executor completions;
  private final Counters counters;

  private @Nullable Database database;
  private Meta meta;
  private EventTable.Stock stock;
  private boolean rewriteDue;

  /** Domains whose recovery copies are behind. */
  private final Set<UUID> uncopied = new LinkedHashSet<>();

  private boolean poolsUncopied;

  /** Whether they are to follow, and when by the nanosecond clock. */
  private boolean copiesDue;

  private long copyAt;

  private long bytesAfterRewrite;
  private volatile EventRange range;

  Ledger(
      StoreSettings settings,
      StoreHome home,
      FileLimits limits,
      Recovery.Outcome opened,
      RecoveryCopies copies,
      Executor completions,
      Counters counters)
      throws SQLException {
    this.settings = settings;
    this.home = home;
    this.limits = limits;
    this.copies = copies;
    this.completions = completions;
    this.counters = counters;
    this.database = opened.database();
    this.meta = opened.meta();
    this.stock = opened.database().events().stock();
    this.range = rangeOf(stock, meta);
  }

  UUID hostId() {
    return meta.host();
  }

  /** For any thread. */
  EventRange range() {
    return range;
  }

  /** Commits all of them together; each is completed or failed on the executor, in order. */
  void commit(List<PendingCommit> pending) {
    CommitGroup group;
    EventTable.Stock sealed;
    try {
      group = new CommitGroup(open(), meta);
      for (PendingCommit commit : pending) {
        group.add(commit);
      }
      sealed = group.isEmpty() ? stock : group.seal(stock, settings);
      keepHostCopyAhead(group);
    } catch (SQLException | IOException | RuntimeException | Error e) {
      close();
      fail(pending, StoreErrors.cannotCommit(home.directory(), e));
      return;
    }
    refuse(group.refused());
    write(group, sealed);
  }

  /** Reads once more after opening again, if need be. */
  <T> void read(PendingRead<T> read) {
    try {
      try {
        read.run(open(), completions);
      } catch (SQLException | RuntimeException e) {
        LOG.debug("Reading failed; trying again with the database opened again", e);
        close();
        read.run(open(), completions);
      }
    } catch (SQLException | IOException | RuntimeException | Error e) {
      close();
      completions.execute(() -> read.fail(StoreErrors.cannotRead(home.directory(), e)));
    }
  }

  /** Rewrites the file without its free space when it has grown far beyond its content. */
  void compactWhenLarge() {
    if (database != null && limits.isExceededWhileOpen(home.databaseBytes(), bytesAfterRewrite)) {
      close();
      compact();
    }
  }

  /** Closes the database for good. */
  void finish() {
    if (!isCopied()) {
      copyChanged();
    }
    close();
    if (limits.isExceededAtClose(home.databaseBytes(), bytesAfterRewrite)) {
      compact();
    }
  }

  private void write(CommitGroup group, EventTable.Stock sealed) {
    boolean committed = false;
    try {
      Database current = open();
      if (group.isEmpty()) {
        current.rollback();
        return;
      }
      current.commit();
      committed = true;
      current.sync();
    } catch (SQLException | IOException | RuntimeException | Error e) {
      rewriteDue = committed;
      settle(group, e);
      return;
    }
    stock = sealed;
    acknowledge(group);
  }

  /** Finds out whether a group whose writing failed is in the file. */
  private void settle(CommitGroup group, Throwable failure) {
    close();
    try {
      Database reopened = open();
      if (meta.commits() < group.after().commits()) {
        fail(group.accepted().keySet(), StoreErrors.cannotCommit(home.directory(), failure));
        return;
      }
      reopened.sync();
      acknowledge(group);
    } catch (SQLException | IOException | RuntimeException e) {
      e.addSuppressed(failure);
      close();
      fail(
          group.accepted().keySet(),
          new OutcomeUnknownException(
              "It is not known whether a change was saved in the store in "
                  + home.directory()
                  + ": "
                  + StoreErrors.reason(failure)
                  + ", and the store cannot be opened to look. Mend the disk; the domain then shows"
                  + " whether the change is there.",
              e));
    }
  }

  private void acknowledge(CommitGroup group) {
    meta = group.after();
    range = rangeOf(stock, meta);
    counters.groups.incrementAndGet();
    counters.syncs.incrementAndGet();
    counters.commits.addAndGet(group.accepted().size());
    try {
      copies.remove(group.removed());
    } catch (IOException e) {
      LOG.warn(
          "The recovery copies of undefined domains {} cannot be removed; the next start does it: {}",
          group.removed(),
          StoreErrors.reason(e));
    }
    uncopied.removeAll(group.removed());
    if (group.changesPools() || !group.changed().isEmpty()) {
      copyAt = copiesDue ? copyAt : System.nanoTime() + COPY_AFTER.toNanos();
      copiesDue = true;
      uncopied.addAll(group.changed());
      poolsUncopied |= group.changesPools();
    }
    Map<PendingCommit, List<DomainEvent>> accepted = group.accepted();
    completions.execute(
        () -> accepted.forEach((commit, events) -> commit.outcome().complete(events)));
  }

  private boolean isCopied() {
    return uncopied.isEmpty() && !poolsUncopied;
  }

  /** For how long the recovery copies need not follow yet; empty when nothing is to follow. */
  Optional<Duration> untilCopies() {
    return copiesDue
        ? Optional.of(Duration.ofNanos(Math.max(0, copyAt - System.nanoTime())))
        : Optional.empty();
  }

  /**
   * Reads what the recovery copies will say. Nobody waits for it: the copies follow behind, so that
   * a domain which changes all the time is read a few times a second. What cannot be read is read
   * after the next group.
   */
  void copyChanged() {
    copiesDue = false;
    try {
      DomainTables domains = open().domains();
      if (poolsUncopied) {
        copies.update(Recovery.pools(open(), meta));
        poolsUncopied = false;
      }
      for (Iterator<UUID> due = uncopied.iterator(); due.hasNext(); due.remove()) {
        copy(domains, due.next());
      }
    } catch (SQLException | IOException | RuntimeException | Error e) {
      close();
      LOG.warn("The recovery copies cannot follow yet: {}", StoreErrors.reason(e));
    }
  }

  private void copy(DomainTables domains, UUID domain) throws SQLException {
    Optional<DomainRecord> record = domains.domain(domain);
    if (record.isPresent()) {
      copies.update(
          new RecoveryCopy(
              meta.host(),
              meta.commits(),
              newest(meta),
              record.get(),
              domains.launch(domain),
              domains.intent(domain),
              domains.policyState(domain),
              domains.jobs(domain)));
    }
  }

  private void refuse(Map<PendingCommit, BerthException> refused) {
    counters.refused.addAndGet(refused.size());
    completions.execute(() -> refused.forEach(PendingCommit::fail));
  }

  private void fail(Iterable<PendingCommit> pending, BerthException why) {
    completions.execute(
        () -> {
          for (PendingCommit commit : pending) {
            counters.refused.incrementAndGet();
            commit.fail(why);
          }
        });
  }

  /** Event numbers never go further from the host's copy than a rebuild jumps. */
  private void keepHostCopyAhead(CommitGroup group) throws IOException {
    long newest = group.after().nextSequence() - 1;
    long distance = newest - copies.hostSequence();
    if (distance > Meta.SEQUENCE_GAP / 2) {
      copies.writeNow(new HostCopy(meta.host(), newest));
    } else if (distance > HOST_COPY_EVERY) {
      copies.update(new HostCopy(meta.host(), newest));
    }
  }

  /** The database; opened again after a failure or a rewriting. */
  private Database open() throws SQLException, IOException {
    if (database != null) {
      return database;
    }
    if (rewriteDue) {
      Database.compact(home);
      rewriteDue = false;
    }
    Database opened = Database.open(home, settings.clock().instant());
    try {
      meta =
          Meta.read(opened.sql())
              .orElseThrow(() -> new SQLException("the database has lost its content"));
      stock = opened.events().stock();
      range = rangeOf(stock, meta);
    } catch (SQLException | RuntimeException e) {
      opened.close();
      throw e;
    }
    counters.reopenings.incrementAndGet();
    database = opened;
    return opened;
  }

  private void close() {
    if (database != null) {
      database.close();
      database = null;
    }
  }

  private void compact() {
    try {
      Database.compact(home);
      counters.compactions.incrementAndGet();
    } catch (IOException | RuntimeException e) {
      LOG.warn(
          "The database file {} cannot be rewritten without its free space; it stays as it is: {}",
          home.databaseFile(),
          StoreErrors.reason(e));
    }
    bytesAfterRewrite = home.databaseBytes();
  }

  private static EventRange rangeOf(EventTable.Stock stock, Meta meta) {
    return new EventRange(stock.oldest(), newest(meta));
  }

  private static long newest(Meta meta) {
    return meta.nextSequence() - 1;
  }
}
