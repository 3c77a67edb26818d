package dev.berth.control;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Daemon threads with a name and a number. */
final class NamedThreads implements ThreadFactory {
  private final String prefix;
  private final AtomicLong count = new AtomicLong();

  NamedThreads(String prefix) {
    this.prefix = prefix;
  }

  @Override
  public Thread newThread(Runnable task) {
    return single(prefix + "-" + count.incrementAndGet(), task);
  }

  /** One daemon thread of exactly that name, not started. */
  static Thread single(String name, Runnable task) {
    var thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
