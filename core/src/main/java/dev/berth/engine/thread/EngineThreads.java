package dev.berth.engine.thread;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the engine's threads: daemon threads with telling names. */
public final class EngineThreads {
  private static final int IDLE_SECONDS = 10;

  private EngineThreads() {}

  /** The only thread of its kind, by that name. */
  static ThreadFactory named(String name) {
    return task -> daemon(task, name);
  }

  /** Threads that are called {@code prefix-1}, {@code prefix-2}, …. */
  static ThreadFactory numbered(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return task -> daemon(task, prefix + "-" + count.incrementAndGet());
  }

  /** A pool of that many such threads; they are made when they are first needed. */
  public static ExecutorService pool(String prefix, int threads) {
    return Executors.newFixedThreadPool(threads, numbered(prefix));
  }

  /** As {@link #pool}, of threads that end when there is nothing to do for a while. */
  public static ExecutorService elasticPool(String prefix, int mostThreads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            mostThreads,
            mostThreads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            numbered(prefix));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Lets a pool finish what it has, for a while, and ends it. */
  public static void end(ExecutorService pool) {
    pool.shutdown();
    try {
      if (!pool.awaitTermination(5, TimeUnit.SECONDS)) {
        pool.shutdownNow();
      }
    } catch (InterruptedException e) {
      pool.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Interrupts a thread, and waits for its end, even when interrupted. */
  public static void end(Thread thread) {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A daemon thread by that name, not started. */
  public static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
