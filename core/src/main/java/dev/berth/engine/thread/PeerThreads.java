package dev.berth.engine.thread;

import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * Threads that wait for other hosts, and keep nothing else waiting when one hangs.
 *
 * @param preparing for what is asked before anything is sent, which may take minutes
 * @param switching for what is said while a guest stands
 * @param telling for what is said when none does: the other host is only to know it
 */
public record PeerThreads(
    ExecutorService preparing, ExecutorService switching, ExecutorService telling) {
  /** More machines than go at once; who comes later waits. */
  private static final int PREPARING = 8;

  /** Two for each guest that stands, and none of them waits long. */
  private static final int SWITCHING = 64;

  /** Each second another one asks, and those of a host that is gone hold theirs for seconds. */
  private static final int TELLING = 8;

  public static PeerThreads make() {
    return new PeerThreads(
        EngineThreads.elasticPool("berth-peer", PREPARING),
        EngineThreads.elasticPool("berth-switch", SWITCHING),
        EngineThreads.elasticPool("berth-tell", TELLING));
  }

  public List<ExecutorService> all() {
    return List.of(preparing, switching, telling);
  }
}
