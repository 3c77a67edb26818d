package dev.berth.subscription;

import dev.berth.error.HostUnreachableException;
import dev.berth.host.EventListener;
import dev.berth.host.EventStream;
import dev.berth.host.EventSubscription;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * The subscriptions of one host. Thread-safe; the host closes it.
 *
 * <p>Nothing is queued for a slow listener: its thread reads the host's durable events as it gets
 * on, and learns by an event {@code host.events-missed} what retention has dropped meanwhile.
 *
 * <p>Threads: {@code berth-events-N}, one for each subscription. Logs nothing itself, for every
 * client makes one of these, and {@code vmctl} starts faster without a logging library.
 */
public final class Subscriptions {
  /** Longer ones would overflow the clock. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(365);

  /** What the end of a stream means. */
  public enum Source {
    /** The end of the host. */
    THIS_PROCESS,
    /** The end of a connection; the host may come back, and the subscription resumes. */
    ANOTHER_PROCESS
  }

  private final Source source;
  private final LongFunction<EventStream> streams;
  private final Set<ListenerThread> active = new HashSet<>();
  private int count;
  private boolean closed;

  /**
   * No subscriptions yet.
   *
   * @param streams opens the host's events after a sequence number
   */
  public Subscriptions(Source source, LongFunction<EventStream> streams) {
    this.source = source;
    this.streams = streams;
  }

  /** As {@link dev.berth.host.VmHost#subscribe}. */
  public EventSubscription subscribe(long afterSequence, EventListener listener) {
    EventStream first = streams.apply(afterSequence);
    synchronized (this) {
      if (!closed) {
        count++;
        ListenerThread thread =
            new ListenerThread("berth-events-" + count, afterSequence, listener, this);
        active.add(thread);
        thread.start(first);
        return thread;
      }
    }
    first.close();
    throw closedHost();
  }

  /** Whether a stream that ended is worth opening again. */
  boolean resumes() {
    return source == Source.ANOTHER_PROCESS;
  }

  EventStream streamAfter(long sequence) {
    return streams.apply(sequence);
  }

  synchronized void ended(ListenerThread thread) {
    active.remove(thread);
  }

  static HostUnreachableException closedHost() {
    return new HostUnreachableException("The host has been closed.");
  }

  /**
   * Tells every listener that the host is closed, and waits for their threads; those that a
   * listener keeps longer are interrupted. A listener that closes its own host is not waited for.
   */
  public void close(Duration patience) throws InterruptedException {
    List<ListenerThread> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(active);
    }
    all.forEach(ListenerThread::hostCloses);
    Duration limit = patience.compareTo(LONGEST_WAIT) < 0 ? patience : LONGEST_WAIT;
    long end = System.nanoTime() + limit.toNanos();
    for (ListenerThread thread : all) {
      if (!thread.join(end - System.nanoTime())) {
        thread.interruptAfter(patience);
      }
    }
  }
}
