package dev.berth.qmp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events to one listener, in order, on an executor: the selector thread puts them in and goes
 * on. Bounded; what does not fit is counted, and the listener is told how many it missed where they
 * would have come. The end of the connection comes after the last event.
 */
final class EventDelivery {
  /** Events that may wait: a busy guest's rate-limited events of more than a minute. */
  static final int MAX_EVENTS = 4096;

  /** Bytes of events that may wait, as they were on the wire; a single event always may. */
  static final int MAX_BYTES = 4 * 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(EventDelivery.class);

  private final Executor executor;
  private final QmpEventListener listener;
  private final Consumer<QmpDisconnect> atEnd;

  private final Deque<Item> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private boolean draining;
  private long missed;
  private @Nullable QmpDisconnect end;

  /** An event, how many were dropped before it, and its size. */
  private record Item(QmpEvent event, long missedBefore, int bytes) {}

  EventDelivery(Executor executor, QmpEventListener listener, Consumer<QmpDisconnect> atEnd) {
    this.executor = executor;
    this.listener = listener;
    this.atEnd = atEnd;
  }

  /** Puts an event of that size in, or counts it as missed. */
  void offer(QmpEvent event, int bytes) {
    synchronized (this) {
      if (end != null) {
        return;
      }
      boolean full = waiting.size() >= MAX_EVENTS || waitingBytes + bytes > MAX_BYTES;
      if (full && !waiting.isEmpty()) {
        missed++;
        return;
      }
      waiting.add(new Item(event, missed, bytes));
      waitingBytes += bytes;
      missed = 0;
    }
    drainSoon();
  }

  /** Tells the listener, after everything that waits, that no more will come. */
  void end(QmpDisconnect cause) {
    synchronized (this) {
      if (end != null) {
        return;
      }
      end = cause;
    }
    drainSoon();
  }

  private void drainSoon() {
    synchronized (this) {
      if (draining) {
        return;
      }
      draining = true;
    }
    try {
      executor.execute(this::drain);
    } catch (RejectedExecutionException e) {
      LOG.warn("The executor for QMP callbacks takes no more tasks; events are dropped", e);
      QmpDisconnect last;
      synchronized (this) {
        draining = false;
        waiting.clear();
        waitingBytes = 0;
        last = end;
      }
      if (last != null) {
        atEnd.accept(last);
      }
    }
  }

  private void drain() {
    while (true) {
      Item item;
      QmpDisconnect last = null;
      long missedLast = 0;
      synchronized (this) {
        item = waiting.poll();
        if (item != null) {
          waitingBytes -= item.bytes();
        } else {
          if (end == null) {
            draining = false;
            return;
          }
          last = end; // draining stays set: nothing comes after the end
          missedLast = missed;
        }
      }
      if (item != null) {
        tell(item.missedBefore(), item.event());
      } else if (last != null) {
        tell(missedLast, null);
        atEnd.accept(last);
        return;
      }
    }
  }

  private void tell(long missedBefore, @Nullable QmpEvent event) {
    try {
      if (missedBefore > 0) {
        listener.missed(missedBefore);
      }
      if (event != null) {
        listener.event(event);
      }
    } catch (RuntimeException e) { // application code: its failure must not end the events
      LOG.error(
          "A listener of QMP events failed on {}", event == null ? "missed" : event.name(), e);
    }
  }
}
