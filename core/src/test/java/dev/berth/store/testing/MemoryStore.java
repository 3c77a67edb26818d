package dev.berth.store.testing;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BerthException;
import dev.berth.error.NotFoundException;
import dev.berth.error.StorageFailureException;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.Intent;
import dev.berth.store.PolicyState;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import dev.berth.store.StoredBackup;
import dev.berth.store.StoredImage;
import dev.berth.store.StoredJob;
import dev.berth.store.StoredLaunch;
import dev.berth.store.StoredPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory that can be told to fail and to hold commits back. Thread-safe. Futures
 * complete on the thread {@code memory-store}, in the order of the commits.
 */
public final class MemoryStore implements Store {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "memory-store");
            made.setDaemon(true);
            return made;
          });

  // guarded by this
  private final List<Runnable> held = new ArrayList<>();
  private Tables tables;
  private boolean holding;
  private boolean closed;
  private @Nullable StorageFailureException next;

  /** An empty store. */
  public MemoryStore() {
    this(new Tables());
  }

  private MemoryStore(Tables tables) {
    this.tables = tables;
  }

  /** A store with what this one has acknowledged, as after a restart of the host. */
  public synchronized MemoryStore reopened() {
    return new MemoryStore(tables.copy());
  }

  /** Makes the next commit fail with that error and change nothing. */
  public synchronized void failNext(StorageFailureException failure) {
    next = failure;
  }

  /** Holds commits back, as a disk does that does not answer, until {@link #release()}. */
  public synchronized void hold() {
    holding = true;
  }

  /** How many commits are held back. */
  public synchronized int held() {
    return held.size();
  }

  /** Lets the commits that were held back happen. */
  public synchronized void release() {
    holding = false;
    held.forEach(thread::execute);
    held.clear();
  }

  @Override
  public synchronized StoreContents contents() {
    checkOpen();
    return new StoreContents(
        List.copyOf(tables.domains.values()),
        List.copyOf(tables.launches.values()),
        List.copyOf(tables.intents.values()),
        List.copyOf(tables.policyStates.values()),
        List.copyOf(tables.jobs.values()),
        List.copyOf(tables.pools.values()),
        List.copyOf(tables.images.values()),
        List.copyOf(tables.backups.values()),
        Optional.empty());
  }

  @Override
  public synchronized CompletableFuture<List<DomainEvent>> commit(Commit commit) {
    CompletableFuture<List<DomainEvent>> outcome = new CompletableFuture<>();
    if (closed) {
      return CompletableFuture.failedFuture(closedError());
    }
    if (holding) {
      held.add(() -> run(commit, outcome));
    } else {
      thread.execute(() -> run(commit, outcome));
    }
    return outcome;
  }

  @Override
  public synchronized List<DomainEvent> eventsAfter(long sequence, int limit) {
    checkOpen();
    return tables.events.stream()
        .filter(event -> event.sequence() > sequence)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized EventRange eventRange() {
    long oldest = tables.events.isEmpty() ? 0 : tables.events.get(0).sequence();
    return new EventRange(oldest, tables.events.size());
  }

  /** Releases what was held back, and waits for it. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      release();
      closed = true;
    }
    CompletableFuture.runAsync(() -> {}, thread).join();
    thread.shutdown();
  }

  private void run(Commit commit, CompletableFuture<List<DomainEvent>> outcome) {
    List<DomainEvent> numbered;
    try {
      numbered = apply(commit);
    } catch (BerthException e) {
      outcome.completeExceptionally(e);
      return;
    }
    outcome.complete(numbered);
  }

  private synchronized List<DomainEvent> apply(Commit commit) {
    StorageFailureException failure = next;
    if (failure != null) {
      next = null;
      throw failure;
    }
    Tables changed = tables.copy();
    commit.changes().forEach(changed::apply);
    List<DomainEvent> numbered = new ArrayList<>();
    for (DomainEvent event : commit.events()) {
      DomainEvent given = event.numbered(changed.events.size() + 1L);
      changed.events.add(given);
      numbered.add(given);
    }
    tables = changed;
    return List.copyOf(numbered);
  }

  private synchronized void checkOpen() {
    if (closed) {
      throw closedError();
    }
  }

  private static StorageFailureException closedError() {
    return new StorageFailureException("The store in memory is closed.");
  }

  /** The rows. */
  private static final class Tables {
    final Map<UUID, DomainRecord> domains = new LinkedHashMap<>();
    final Map<UUID, StoredLaunch> launches = new LinkedHashMap<>();
    final Map<UUID, Intent> intents = new LinkedHashMap<>();
    final Map<UUID, PolicyState> policyStates = new LinkedHashMap<>();
    final Map<String, StoredJob> jobs = new TreeMap<>();
    final Map<PoolName, StoredPool> pools = new TreeMap<>();
    final Map<ImageName, StoredImage> images = new TreeMap<>();
    final Map<Path, StoredBackup> backups = new TreeMap<>();
    final List<DomainEvent> events = new ArrayList<>();

    Tables copy() {
      Tables copy = new Tables();
      copy.domains.putAll(domains);
      copy.launches.putAll(launches);
      copy.intents.putAll(intents);
      copy.policyStates.putAll(policyStates);
      copy.jobs.putAll(jobs);
      copy.pools.putAll(pools);
      copy.images.putAll(images);
      copy.backups.putAll(backups);
      copy.events.addAll(events);
      return copy;
    }

    void apply(Change change) {
      if (change instanceof Change.PutDomain put) {
        put(put.domain());
      } else if (change instanceof Change.RemoveDomain remove) {
        domains.remove(remove.domain());
        launches.remove(remove.domain());
        intents.remove(remove.domain());
        policyStates.remove(remove.domain());
        jobs.values().removeIf(job -> job.domain().equals(Optional.of(remove.domain())));
      } else if (change instanceof Change.PutLaunch put) {
        checkExists(put.launch().domain());
        launches.put(put.launch().domain(), put.launch());
      } else if (change instanceof Change.RemoveLaunch remove) {
        launches.remove(remove.domain());
      } else if (change instanceof Change.PutIntent put) {
        checkExists(put.intent().domain());
        intents.put(put.intent().domain(), put.intent());
      } else if (change instanceof Change.RemoveIntent remove) {
        intents.remove(remove.domain());
      } else if (change instanceof Change.PutPolicyState put) {
        checkExists(put.state().domain());
        policyStates.put(put.state().domain(), put.state());
      } else if (change instanceof Change.PutJob put) {
        put.job().domain().ifPresent(this::checkExists);
        put(put.job());
      } else if (change instanceof Change.RemoveJob remove) {
        jobs.remove(remove.job());
      } else {
        applyToFiles(change);
      }
    }

    private void put(StoredJob job) {
      StoredJob before = jobs.get(job.id());
      if (before != null && !before.domain().equals(job.domain())) {
        throw new AlreadyExistsException("Job " + job.id() + " is another's.");
      }
      jobs.put(job.id(), job);
    }

    private void applyToFiles(Change change) {
      if (change instanceof Change.PutPool put) {
        pools.put(put.pool().name(), put.pool());
      } else if (change instanceof Change.RemovePool remove) {
        pools.remove(remove.pool());
        images.keySet().removeIf(image -> image.pool().equals(remove.pool()));
      } else if (change instanceof Change.PutImage put) {
        if (!pools.containsKey(put.image().name().pool())) {
          throw new NotFoundException("There is no pool " + put.image().name().pool() + ".");
        }
        images.put(put.image().name(), put.image());
      } else if (change instanceof Change.RemoveImage remove) {
        images.remove(remove.image());
      } else if (change instanceof Change.PutBackup put) {
        backups.put(put.backup().folder(), put.backup());
      } else if (change instanceof Change.RemoveBackup remove) {
        backups.remove(remove.folder());
      }
    }

    private void put(DomainRecord domain) {
      for (DomainRecord other : domains.values()) {
        if (other.name().equals(domain.name()) && !other.uuid().equals(domain.uuid())) {
          throw new AlreadyExistsException(
              "The name '" + domain.name() + "' belongs to domain " + other.uuid() + ".");
        }
      }
      domains.put(domain.uuid(), domain);
    }

    private void checkExists(UUID domain) {
      if (!domains.containsKey(domain)) {
        throw new NotFoundException("There is no domain " + domain + ".");
      }
    }
  }
}
