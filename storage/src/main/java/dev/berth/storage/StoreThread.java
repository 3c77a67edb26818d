package dev.berth.storage;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.berth.error.BerthException;
import dev.berth.error.OutcomeUnknownException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code berth-store}: the only one that touches the database, from opening to closing.
 *
 * <pre>
 *   take the lock ──► open or rebuild ──► (all waiting tasks as one group) ──► close ──► give the lock up
 * </pre>
 *
 * <p>Why one thread: H2's channel is closed by an interrupt of whoever is using it, opening again
 * and rewriting the file need everybody else out, and with group commit more writers gain nothing.
 */
final class StoreThread implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreThread.class);

  /** Most tasks in one group: bounds what a failure takes along, and how long the first waits. */
  private static final int GROUP_LIMIT = 256;

  private final StoreSettings settings;
  private final StoreHome home;
  private final FileLimits limits;
  private final BlockingQueue<StoreTask> tasks;
  private final Executor completions;
  private final Counters counters;
  private final CompletableFuture<Opened> opened = new CompletableFuture<>();

  StoreThread(
      StoreSettings settings,
      StoreHome home,
      FileLimits limits,
      BlockingQueue<StoreTask> tasks,
      Executor completions,
      Counters counters) {
    this.settings = settings;
    this.home = home;
    this.limits = limits;
    this.tasks = tasks;
    this.completions = completions;
    this.counters = counters;
  }

  /**
   * An open store.
   *
   * @param ledger its content; for this thread, but for its range and host id
   * @param rebuilt what was rebuilt or repaired, if anything
   */
  record Opened(Ledger ledger, Optional<String> rebuilt) {}

  /** Completes once the store is open, or fails with why it cannot be. */
  CompletableFuture<Opened> opened() {
    return opened;
  }

  @Override
  public void run() {
    try {
      home.prepare();
      StoreLock lock = StoreLock.acquire(home.lockFile(), settings.clock().instant());
      try {
        own();
      } finally {
        lock.close();
      }
    } catch (BerthException e) {
      opened.completeExceptionally(e);
    } catch (IOException | SQLException | RuntimeException | Error e) {
      opened.completeExceptionally(StoreErrors.cannotOpen(home.directory(), e));
    }
  }

  private void own() throws SQLException {
    CopyDirectory directory = new CopyDirectory(home.recovery());
    try (RecoveryCopies copies = new RecoveryCopies(directory, counters)) {
      Ledger ledger = open(directory, copies);
      try {
        work(ledger);
      } finally {
        ledger.finish();
      }
    }
  }

  private Ledger open(CopyDirectory directory, RecoveryCopies copies) throws SQLException {
    home.checkAccess();
    Recovery.Outcome found = Recovery.run(home, directory, settings.clock().instant());
    Ledger ledger;
    try {
      ledger = new Ledger(settings, home, limits, found, copies, completions, counters);
    } catch (SQLException | RuntimeException e) {
      found.database().close();
      throw e;
    }
    try {
      copies.remove(found.orphans());
      copies.writeNow(new HostCopy(found.meta().host(), found.meta().nextSequence() - 1));
    } catch (IOException e) {
      LOG.warn("The recovery copies are not up to date: {}", StoreErrors.reason(e));
    }
    found.stale().forEach(copies::update);
    found.stalePools().ifPresent(copies::update);
    copies.start();
    opened.complete(new Opened(ledger, found.account()));
    return ledger;
  }

  private void work(Ledger ledger) {
    List<StoreTask> batch = new ArrayList<>();
    while (true) {
      batch.clear();
      try {
        next(ledger).ifPresent(batch::add);
      } catch (InterruptedException e) {
        LOG.warn(
            "Thread {} was interrupted, which nobody may do", Thread.currentThread().getName());
        continue;
      }
      tasks.drainTo(batch, GROUP_LIMIT - batch.size());
      try {
        if (!handle(ledger, batch)) {
          return;
        }
        ledger.compactWhenLarge();
      } catch (RuntimeException | Error e) {
        abandon(batch, e);
        if (batch.stream().anyMatch(StoreTask.Stop.class::isInstance)) {
          return;
        }
      }
    }
  }

  /** What is to be done next; empty when the recovery copies were brought up to it. */
  private Optional<StoreTask> next(Ledger ledger) throws InterruptedException {
    Optional<Duration> left = ledger.untilCopies();
    if (left.isEmpty()) {
      return Optional.of(tasks.take());
    }
    StoreTask task = left.get().isZero() ? null : tasks.poll(left.get().toNanos(), NANOSECONDS);
    if (task == null) {
      ledger.copyChanged();
    }
    return Optional.ofNullable(task);
  }

  /** Runs tasks in order, commits that follow each other as one group; false at the end. */
  private static boolean handle(Ledger ledger, List<StoreTask> batch) {
    List<PendingCommit> group = new ArrayList<>();
    for (StoreTask task : batch) {
      if (task instanceof PendingCommit commit) {
        group.add(commit);
        continue;
      }
      commit(ledger, group);
      if (task instanceof PendingRead<?> read) {
        ledger.read(read);
      } else {
        return false;
      }
    }
    commit(ledger, group);
    return true;
  }

  /** The top of the thread: a mistake of ours fails these tasks, not the store. */
  private void abandon(List<StoreTask> batch, Throwable mistake) {
    LOG.error("The store failed in a way it is not made for", mistake);
    BerthException why =
        new OutcomeUnknownException(
            "The store in %s failed at a change: %s. Look whether the change is there."
                .formatted(home.directory(), StoreErrors.reason(mistake)),
            mistake);
    List<StoreTask> abandoned = List.copyOf(batch);
    completions.execute(() -> abandoned.forEach(task -> task.fail(why)));
  }

  private static void commit(Ledger ledger, List<PendingCommit> group) {
    if (!group.isEmpty()) {
      ledger.commit(List.copyOf(group));
      group.clear();
    }
  }
}
