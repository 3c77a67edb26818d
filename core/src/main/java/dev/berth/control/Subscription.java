package dev.berth.control;

import dev.berth.domain.DomainEvent;
import dev.berth.error.BerthException;
import dev.berth.host.EventStream;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a host's events to one client, on its own thread. When the client does not read, the thread
 * waits and the stream behind it keeps the place; nothing piles up here.
 */
final class Subscription implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);

  private final EventStream events;
  private final Wire wire;
  private final Thread thread;
  private volatile boolean closed;

  Subscription(String name, EventStream events, Wire wire) {
    this.events = events;
    this.wire = wire;
    this.thread = NamedThreads.single(name, this::send);
  }

  /** Begins to send. */
  synchronized void start() {
    if (!closed && thread.getState() == Thread.State.NEW) {
      thread.start();
    }
  }

  /** Stops to send; the thread closes the stream. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (thread.getState() == Thread.State.NEW) {
      events.close();
    }
  }

  /** Waits until the thread has ended; true when it has. */
  boolean awaitEnd(long millis) throws InterruptedException {
    thread.join(millis);
    return !thread.isAlive();
  }

  /** Thread top. */
  private void send() {
    try (events) {
      while (!closed && wire.isOpen()) {
        Optional<DomainEvent> event = events.next(Protocol.POLL);
        if (event.isPresent()) {
          wire.send(Reply.notification(Methods.EVENT, EventCodec.write(event.get())));
        }
      }
    } catch (InterruptedException | IOException e) {
      LOG.debug("{}: ended: {}", thread.getName(), e.toString());
    } catch (BerthException e) {
      LOG.info("{}: the stream of events ended: {}", thread.getName(), e.getMessage());
    } finally {
      closeWire();
    }
  }

  /** A client without its events has no use for the connection. */
  private void closeWire() {
    if (!closed) {
      try {
        wire.close();
      } catch (IOException e) {
        LOG.debug("{}: closing failed: {}", thread.getName(), e.toString());
      }
    }
  }
}
