package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.domain.DomainEvent;
import java.time.Duration;
import java.util.Optional;

/**
 * Events in the order of their sequence numbers, without loss. Used by one thread; close when done.
 */
@Api(since = "0.1")
public interface EventStream extends AutoCloseable {

  /**
   * The next event, or empty when the timeout passes first.
   *
   * @throws InterruptedException when the caller is interrupted
   * @throws dev.berth.error.HostUnreachableException when the host is gone
   */
  Optional<DomainEvent> next(Duration timeout) throws InterruptedException;

  @Override
  void close();
}
