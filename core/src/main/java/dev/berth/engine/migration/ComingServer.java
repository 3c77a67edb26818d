package dev.berth.engine.migration;

import dev.berth.migration.StreamAddress;

/** What serves images to the QEMU that copies them here. On a thread that may wait for QEMU. */
public interface ComingServer {
  /**
   * Begins.
   *
   * @return where, as the other host is told
   */
  StreamAddress start() throws InterruptedException;

  /** Ends it, and frees what it listens on. Idempotent. */
  void stop() throws InterruptedException;
}
