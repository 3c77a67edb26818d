package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainEvent;
import dev.berth.host.EventStream;
import dev.berth.json.MalformedReplyException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A stream of a remote host's events, over its own connection. What is not taken here is not read
 * from the socket, and waits with the host.
 */
final class RemoteEvents implements EventStream, OwnConnection {
  private static final int AHEAD = 256;

  /** Longer waits would overflow the clock; nobody will see this one end. */
  private static final long LONGEST_WAIT_NANOS = TimeUnit.DAYS.toNanos(365);

  private final BlockingQueue<JsonNode> arrived;
  private final RemoteCalls calls;

  private RemoteEvents(BlockingQueue<JsonNode> arrived, RemoteCalls calls) {
    this.arrived = arrived;
    this.calls = calls;
  }

  static RemoteEvents open(ControlAddress address, ObjectNode params) {
    BlockingQueue<JsonNode> arrived = new ArrayBlockingQueue<>(AHEAD);
    RemoteCalls calls =
        RemoteCalls.connect(
            address,
            (method, event) -> {
              if (method.equals(Methods.EVENT)) {
                arrived.put(event);
              }
            });
    try {
      calls.call(CallKind.READ, Methods.SUBSCRIBE, params, Optional.empty(), Function.identity());
      return new RemoteEvents(arrived, calls);
    } catch (RuntimeException e) {
      calls.link().close();
      throw e;
    }
  }

  @Override
  public Optional<DomainEvent> next(Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + Math.min(nanos(timeout), LONGEST_WAIT_NANOS);
    while (true) {
      boolean open = calls.link().isOpen();
      long left = end - System.nanoTime();
      JsonNode event =
          arrived.poll(open ? Math.min(left, Protocol.POLL.toNanos()) : 0, TimeUnit.NANOSECONDS);
      if (event != null) {
        return Optional.of(decode(event));
      }
      if (!open) {
        // It was closed before the queue was found empty, so nothing can follow.
        Throwable cause = calls.link().failure().orElseThrow();
        throw calls
            .address()
            .unreachable("the stream of events ended: " + cause.getMessage(), cause);
      }
      if (left <= 0) {
        return Optional.empty();
      }
    }
  }

  @Override
  public void close() {
    calls.link().close();
  }

  private static long nanos(Duration timeout) {
    return TimeUnit.MILLISECONDS.toNanos(WireValue.millis(timeout));
  }

  private DomainEvent decode(JsonNode event) {
    try {
      return EventCodec.read(event);
    } catch (MalformedReplyException e) {
      throw calls.address().unreachable("it sent an event that is none: " + e.getMessage(), e);
    }
  }
}
