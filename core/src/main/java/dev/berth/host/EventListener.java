package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.domain.DomainEvent;
import dev.berth.error.BerthException;

/**
 * Hears the events of one subscription, one at a time and in order, always on the subscription's
 * own thread. It may take its time and call the host, also to close it. What it throws is logged,
 * and the next event comes all the same.
 */
@Api(since = "0.1")
@FunctionalInterface
public interface EventListener {

  /** An event has happened. */
  void heard(DomainEvent event);

  /**
   * No further event will come, though nobody closed the subscription: its host was closed, or it
   * is another one by now. Called once, on the same thread.
   */
  default void ended(BerthException cause) {}
}
