package dev.berth.qmp;

/**
 * Takes a connection's events: one at a time, in the order in which QEMU sent them, on the loop's
 * callback executor and never on the selector thread. A slow listener delays only itself.
 */
@FunctionalInterface
public interface QmpEventListener {

  /** One event. */
  void event(QmpEvent event);

  /**
   * So many events were dropped before the next one, because this listener fell behind by {@link
   * EventDelivery#MAX_EVENTS} events or {@link EventDelivery#MAX_BYTES} bytes: what they would have
   * told must be queried.
   */
  default void missed(long count) {}

  /** What notes the messages of the connection, from the greeting on. Asked once. */
  default QmpRecorder recorder() {
    return QmpRecorder.NONE;
  }
}
