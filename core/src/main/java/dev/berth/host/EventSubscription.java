package dev.berth.host;

import dev.berth.api.Api;

/** Events on their way to an {@link EventListener}. Thread-safe; whoever subscribed closes it. */
@Api(since = "0.1")
public interface EventSubscription extends AutoCloseable {

  /**
   * The sequence number of the last event that the listener has dealt with, or what the
   * subscription began after: where another one would resume.
   */
  long lastSequence();

  /**
   * Ends it. The listener is not called any more once this returns, save for a call that is under
   * way. Waits for nothing; idempotent.
   */
  @Override
  void close();
}
