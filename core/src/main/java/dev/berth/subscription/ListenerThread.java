package dev.berth.subscription;

import dev.berth.domain.DomainEvent;
import dev.berth.error.BerthException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.EventListener;
import dev.berth.host.EventStream;
import dev.berth.host.EventSubscription;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription's thread: reads on, calls its listener, resumes after the last event that was
 * dealt with.
 *
 * <pre>
 * READING ── event ──► CALLING ── listener returns ──► READING
 *    │ close() interrupts          │ close() leaves the listener alone
 *    └──────────────► ended ◄──────┘
 * </pre>
 */
final class ListenerThread implements EventSubscription {
  private static final Logger LOG = LoggerFactory.getLogger(ListenerThread.class);
  private static final Duration LOOK_UP = Duration.ofSeconds(1);
  private static final long FIRST_RETRY_MILLIS = 50;
  private static final long LAST_RETRY_MILLIS = 5_000;

  /** Who ended the subscription, if anybody has. */
  private enum End {
    NONE,
    SUBSCRIBER,
    HOST
  }

  private final EventListener listener;
  private final Subscriptions host;
  private final Thread thread;
  private volatile long last;
  private volatile End end = End.NONE;
  private boolean calling; // guarded by this
  private Optional<EventStream> first = Optional.empty();

  ListenerThread(String name, long after, EventListener listener, Subscriptions host) {
    this.listener = listener;
    this.host = host;
    this.last = after;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start(EventStream stream) {
    first = Optional.of(stream);
    thread.start();
  }

  @Override
  public long lastSequence() {
    return last;
  }

  @Override
  public void close() {
    end(End.SUBSCRIBER);
  }

  /** The host is being closed: the listener is told, after what it is at. */
  void hostCloses() {
    end(End.HOST);
  }

  private synchronized void end(End by) {
    if (end == End.NONE) {
      end = by;
      if (!calling) {
        thread.interrupt();
      }
    }
  }

  /** Waits for the thread; true when it has ended or is the caller's own. */
  boolean join(long nanos) throws InterruptedException {
    if (Thread.currentThread() == thread) {
      return true;
    }
    thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
    return !thread.isAlive();
  }

  void interruptAfter(Duration patience) {
    LOG.warn("A listener has been at one event for {}; interrupted: {}", patience, this);
    thread.interrupt();
  }

  @Override
  public String toString() {
    return thread.getName();
  }

  /** Thread top. */
  private void run() {
    try {
      read();
    } catch (BerthException cause) {
      tellEnd(cause);
    } finally {
      host.ended(this);
    }
  }

  private void read() {
    long retryMillis = FIRST_RETRY_MILLIS;
    EventStream stream = first.orElseThrow();
    while (end == End.NONE) {
      long before = last;
      try (EventStream open = stream) {
        deliver(open);
      } catch (HostUnreachableException gone) {
        if (!host.resumes()) {
          throw gone;
        }
      }
      retryMillis = last > before ? FIRST_RETRY_MILLIS : retryMillis;
      Optional<EventStream> next = Optional.empty();
      while (next.isEmpty() && end == End.NONE) {
        pause(retryMillis);
        retryMillis = Math.min(LAST_RETRY_MILLIS, 2 * retryMillis);
        next = reopened();
      }
      if (next.isPresent()) {
        stream = next.get();
      }
    }
    if (end == End.HOST) {
      throw Subscriptions.closedHost();
    }
  }

  private Optional<EventStream> reopened() {
    try {
      return Optional.of(host.streamAfter(last));
    } catch (HostUnreachableException stillGone) {
      return Optional.empty();
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      // The subscription has ended, which the caller looks at next.
      LOG.debug("woken up", e);
    }
  }

  /** Returns when the subscription has ended. */
  private void deliver(EventStream stream) {
    while (end == End.NONE) {
      try {
        Optional<DomainEvent> event = stream.next(LOOK_UP);
        if (event.isPresent() && begin()) {
          call(event.get());
        }
      } catch (InterruptedException e) {
        // The subscription has ended, as the condition tells; or a listener left its interruption.
        LOG.debug("{}: interrupted", this);
      }
    }
  }

  private synchronized boolean begin() {
    calling = end == End.NONE;
    return calling;
  }

  private void call(DomainEvent event) {
    try {
      listener.heard(event);
    } catch (RuntimeException | Error e) { // the top of somebody else's code
      LOG.error("{}: the listener failed at event {}", this, event.sequence(), e);
    } finally {
      last = event.sequence();
      synchronized (this) {
        calling = false;
      }
    }
  }

  private void tellEnd(BerthException cause) {
    if (end == End.SUBSCRIBER) {
      return;
    }
    try {
      listener.ended(cause);
    } catch (RuntimeException | Error e) { // the top of somebody else's code
      LOG.error("{}: the listener failed at its end", this, e);
    }
  }
}
