package dev.berth.engine.migration;

import dev.berth.job.JobId;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Migrations that their sources have taken back, so that what was asked before and is late begins
 * nothing. What was asked of an earlier process of this host has ended with it. Thread-safe.
 */
public final class RefusedArrivals {
  /** Far more than are ever begun while one call is late. */
  private static final int LIMIT = 1000;

  private final Deque<JobId> refused = new ArrayDeque<>();

  public synchronized void add(JobId migration) {
    if (refused.contains(migration)) {
      return;
    }
    refused.addLast(migration);
    if (refused.size() > LIMIT) {
      refused.removeFirst();
    }
  }

  public synchronized boolean contains(JobId migration) {
    return refused.contains(migration);
  }
}
