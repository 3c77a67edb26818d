package dev.berth.engine;

import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * Threads that wait for other hosts, and keep nothing else waiting when one hangs.
 *
 * @param preparing for what is asked before anything is sent, which may take minutes
 * @param switching for what is said while a guest stands
 */
record PeerThreads(ExecutorService preparing, ExecutorService switching) {
  /** More machines than go at once; who comes later waits. */
  private static final int PREPARING = 8;

  /** One for each guest that stands, and none of them waits long. */
  private static final int SWITCHING = 32;

  static PeerThreads make() {
    return new PeerThreads(
        EngineThreads.elasticPool("berth-peer", PREPARING),
        EngineThreads.elasticPool("berth-switch", SWITCHING));
  }

  List<ExecutorService> all() {
    return List.of(preparing, switching);
  }
}
