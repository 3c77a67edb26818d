package dev.berth.launcher;

/** Waits for our own threads, which end by themselves once told. */
final class Threads {
  private Threads() {}

  /** Waits for a thread's end; an interruption of the caller is kept for later. */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
