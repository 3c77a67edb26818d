package dev.berth.storage;

/** Waiting that an interrupt does not cut short; the thread's flag tells of it afterwards. */
final class Uninterruptibly {
  private Uninterruptibly() {}

  /** Something that waits, and can be begun again after an interrupt. */
  interface Wait {
    void run() throws InterruptedException;
  }

  static void run(Wait wait) {
    boolean interrupted = false;
    while (true) {
      try {
        wait.run();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
