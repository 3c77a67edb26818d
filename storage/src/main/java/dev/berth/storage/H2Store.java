package dev.berth.storage;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.StorageFailureException;
import dev.berth.store.Commit;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A store in an H2 database, with a readable recovery copy of each domain beside it. Thread-safe;
 * whoever opened it closes it.
 *
 * <p>An acknowledged commit is on disk: it survives {@code kill -9} and a power cut. Commits that
 * wait at the same time share one transaction and one sync.
 *
 * <p>Threads, all ended by {@link #close()}: {@code berth-store} owns the database ({@link
 * StoreThread}); {@code berth-recovery-copies} writes the copies ({@link RecoveryCopies}); {@code
 * berth-store-completions} completes the futures, in the order of the commits. What callers attach
 * to a future runs there: it cannot hold up a commit, but it does hold up other callers' futures,
 * so it must hand long work on.
 */
public final class H2Store implements Store {
  /** Far more than the operations a host runs at a time; beyond it the disk is not keeping up. */
  private static final int QUEUE_LIMIT = 4096;

  /** What callers attached to their futures is theirs, and may not end. */
  private static final long LAST_COMPLETIONS_SECONDS = 5;

  private final StoreSettings settings;
  private final BlockingQueue<StoreTask> tasks;
  private final ExecutorService completions;
  private final Counters counters;
  private final Thread thread;
  private final StoreThread.Opened opened;
  private final Object submitting = new Object();
  private boolean closed;

  private H2Store(
      StoreSettings settings,
      BlockingQueue<StoreTask> tasks,
      ExecutorService completions,
      Counters counters,
      Thread thread,
      StoreThread.Opened opened) {
    this.settings = settings;
    this.tasks = tasks;
    this.completions = completions;
    this.counters = counters;
    this.thread = thread;
    this.opened = opened;
  }

  /**
   * Opens a store, makes it when there is none, and repairs it when it is damaged.
   *
   * @throws BusyException when it has an owner, who is named
   * @throws StorageFailureException when the disk or its permissions are in the way, or when a
   *     newer version of Berth has written it; nothing was changed then
   */
  public static H2Store open(StoreSettings settings) {
    return open(settings, StoreHome.of(settings.home()), FileLimits.DEFAULT);
  }

  static H2Store open(StoreSettings settings, StoreHome home, FileLimits limits) {
    BlockingQueue<StoreTask> tasks = new ArrayBlockingQueue<>(QUEUE_LIMIT);
    ExecutorService completions =
        Executors.newSingleThreadExecutor(work -> daemon(work, "berth-store-completions"));
    Counters counters = new Counters();
    StoreThread work = new StoreThread(settings, home, limits, tasks, completions, counters);
    Thread thread = daemon(work, "berth-store");
    thread.start();
    try {
      StoreThread.Opened opened = work.opened().join();
      return new H2Store(settings, tasks, completions, counters, thread, opened);
    } catch (CompletionException e) {
      completions.shutdown();
      if (e.getCause() instanceof BerthException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** The id that this host got when its store was made. */
  public UUID hostId() {
    return opened.ledger().hostId();
  }

  /** What this store has done since it was opened. */
  public StoreFigures figures() {
    return counters.figures();
  }

  @Override
  public StoreContents contents() {
    return read(
        database ->
            new StoreContents(
                database.domains().domains(),
                database.domains().launches(),
                database.domains().intents(),
                database.domains().policyStates(),
                database.domains().jobs(),
                database.pools().pools(),
                database.pools().images(),
                database.backups().backups(),
                opened.rebuilt()));
  }

  @Override
  public CompletableFuture<List<DomainEvent>> commit(Commit commit) {
    PendingCommit pending = new PendingCommit(commit);
    try {
      submit(pending);
    } catch (BerthException e) {
      return CompletableFuture.failedFuture(e);
    }
    return pending.outcome();
  }

  @Override
  public List<DomainEvent> eventsAfter(long sequence, int limit) {
    return read(database -> database.events().after(sequence, Math.max(0, limit)));
  }

  @Override
  public EventRange eventRange() {
    return opened.ledger().range();
  }

  @Override
  public void close() {
    boolean first;
    synchronized (submitting) {
      first = !closed;
      closed = true;
    }
    if (first) {
      Uninterruptibly.run(() -> tasks.put(new StoreTask.Stop()));
    }
    Uninterruptibly.run(thread::join);
    completions.shutdown();
    Uninterruptibly.run(() -> completions.awaitTermination(LAST_COMPLETIONS_SECONDS, SECONDS));
  }

  <T> T read(PendingRead.Query<T> query) {
    PendingRead<T> read = new PendingRead<>(query);
    submit(read);
    try {
      return read.outcome().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageFailureException(
          "Reading the store in " + settings.home() + " was interrupted. Read again.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BerthException cause) {
        throw cause;
      }
      throw new StorageFailureException(
          "Reading the store in " + settings.home() + " failed.", e.getCause());
    }
  }

  /** Nothing is taken after the stop task, so whatever was taken is done. */
  private void submit(StoreTask task) {
    synchronized (submitting) {
      if (closed) {
        throw StoreErrors.closed(settings.home());
      }
      if (!tasks.offer(task)) {
        throw new BusyException(
            "The store in %s has %,d changes waiting: its disk does not keep up. Try again later."
                .formatted(settings.home(), QUEUE_LIMIT));
      }
    }
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
