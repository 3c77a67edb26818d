package dev.berth.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes recovery copies behind the commits, on the thread {@code berth-recovery-copies}.
 *
 * <p>Only the newest state of a domain is written, and {@link Ledger} gives it here a few times a
 * second at most, however often it changes. What cannot be written stays due and is tried again.
 *
 * <p>A copy is <em>removed</em> by the caller's thread, before the removal of its domain is
 * acknowledged: otherwise a later rebuild would bring an undefined domain back. The lock makes sure
 * that a write of the same copy that is under way does not put it back.
 */
final class RecoveryCopies implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RecoveryCopies.class);
  private static final long RETRY_MILLIS = 2_000;

  private final CopyDirectory directory;
  private final Counters counters;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Held while the host's copy is written: two threads write it, seldom. */
  private final ReentrantLock hostFile = new ReentrantLock();

  private volatile long hostSequence = -1;

  // guarded by the lock
  private final Map<UUID, RecoveryCopy> due = new LinkedHashMap<>();
  private @Nullable HostCopy dueHost;
  private @Nullable PoolsCopy duePools;
  private @Nullable UUID publishing;
  private boolean closed;

  RecoveryCopies(CopyDirectory directory, Counters counters) {
    this.directory = directory;
    this.counters = counters;
    this.thread = new Thread(this::run, "berth-recovery-copies");
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Has that state written soon, in place of any older one. */
  void update(RecoveryCopy copy) {
    lock.lock();
    try {
      due.put(copy.uuid(), copy);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Has the host's copy written soon. */
  void update(HostCopy copy) {
    lock.lock();
    try {
      if (dueHost == null || dueHost.sequence() < copy.sequence()) {
        dueHost = copy;
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Has the copy of pools and images written soon, in place of any older one. */
  void update(PoolsCopy copy) {
    lock.lock();
    try {
      if (duePools == null || duePools.commit() <= copy.commit()) {
        duePools = copy;
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Writes the host's copy now, unless a later one was written; durable when this returns. */
  void writeNow(HostCopy copy) throws IOException {
    hostFile.lock();
    try {
      if (copy.sequence() > hostSequence) {
        DurableFile.replace(directory.hostFile(), CopyFormat.encode(copy));
        hostSequence = copy.sequence();
      }
    } finally {
      hostFile.unlock();
    }
  }

  /** The event number that the host's copy on disk names; -1 when it has not been written yet. */
  long hostSequence() {
    return hostSequence;
  }

  /** Removes the copies of domains that are no more; durable when this returns. */
  void remove(Iterable<UUID> domains) throws IOException {
    boolean removed = false;
    for (UUID domain : domains) {
      lock.lock();
      try {
        due.remove(domain);
        if (domain.equals(publishing)) {
          publishing = null;
        }
        removed |= Files.deleteIfExists(directory.file(domain));
      } finally {
        lock.unlock();
      }
    }
    if (removed) {
      directory.sync();
    }
  }

  /** Writes what is due, once, and ends the thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    Uninterruptibly.run(thread::join);
  }

  private void run() {
    boolean failing = false;
    while (awaitRound(failing)) {
      failing = !writeRound(failing);
    }
    writeRound(failing);
  }

  /**
   * Waits for something to write, and for some time when that has just failed; false once closed.
   */
  private boolean awaitRound(boolean failing) {
    lock.lock();
    try {
      while (!closed && due.isEmpty() && dueHost == null && duePools == null) {
        changed.await();
      }
      long nanos = failing ? TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS) : 0;
      while (!closed && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return !closed;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  private boolean writeRound(boolean failedBefore) {
    boolean written = true;
    for (UUID domain : dueDomains()) {
      Optional<RecoveryCopy> copy = begin(domain);
      try {
        if (copy.isPresent()) {
          write(copy.get());
        }
      } catch (IOException | RuntimeException e) {
        giveBack(copy.get());
        if (written && !failedBefore) {
          LOG.warn(
              "The recovery copy of domain {} cannot be written and will be tried again: {}",
              domain,
              StoreErrors.reason(e));
        }
        written = false;
      }
    }
    return writeDueHost() && writeDuePools() && written;
  }

  private List<UUID> dueDomains() {
    lock.lock();
    try {
      return List.copyOf(due.keySet());
    } finally {
      lock.unlock();
    }
  }

  /** Takes the newest state of a domain; empty when it was removed meanwhile. */
  private Optional<RecoveryCopy> begin(UUID domain) {
    lock.lock();
    try {
      Optional<RecoveryCopy> copy = Optional.ofNullable(due.remove(domain));
      publishing = copy.isPresent() ? domain : null;
      return copy;
    } finally {
      lock.unlock();
    }
  }

  private void write(RecoveryCopy copy) throws IOException {
    Path target = directory.file(copy.uuid());
    Path prepared = DurableFile.prepare(target, CopyFormat.encode(copy));
    if (publish(copy, prepared, target)) {
      directory.sync();
      counters.copiesWritten.incrementAndGet();
    }
  }

  private boolean publish(RecoveryCopy copy, Path prepared, Path target) throws IOException {
    lock.lock();
    try {
      if (copy.uuid().equals(publishing)) {
        DurableFile.publish(prepared, target);
        return true;
      }
      Files.deleteIfExists(prepared);
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Makes a copy due again, unless a newer state or a removal has come meanwhile. */
  private void giveBack(RecoveryCopy copy) {
    lock.lock();
    try {
      if (copy.uuid().equals(publishing)) {
        due.putIfAbsent(copy.uuid(), copy);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean writeDueHost() {
    Optional<HostCopy> copy = takeDueHost();
    if (copy.isEmpty()) {
      return true;
    }
    try {
      writeNow(copy.get());
      return true;
    } catch (IOException e) {
      update(copy.get());
      return false;
    }
  }

  private boolean writeDuePools() {
    Optional<PoolsCopy> copy = takeDuePools();
    try {
      if (copy.isPresent()) {
        DurableFile.replace(directory.poolsFile(), CopyFormat.encode(copy.get()));
      }
      return true;
    } catch (IOException e) {
      update(copy.orElseThrow());
      return false;
    }
  }

  private Optional<PoolsCopy> takeDuePools() {
    lock.lock();
    try {
      Optional<PoolsCopy> copy = Optional.ofNullable(duePools);
      duePools = null;
      return copy;
    } finally {
      lock.unlock();
    }
  }

  private Optional<HostCopy> takeDueHost() {
    lock.lock();
    try {
      Optional<HostCopy> copy = Optional.ofNullable(dueHost);
      dueHost = null;
      return copy;
    } finally {
      lock.unlock();
    }
  }
}
