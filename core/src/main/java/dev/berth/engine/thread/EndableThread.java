package dev.berth.engine.thread;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a job while it does something that can be ended, which whoever wants that
 * interrupts. The first who wants it is known. Thread-safe.
 */
public final class EndableThread {
  // guarded by this
  private @Nullable Thread thread;
  private @Nullable String wish;

  /** Somebody wants its end, which is to be told like that. */
  public synchronized void end(String how) {
    if (wish == null) {
      wish = how;
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  /** This thread is about to do it; not when somebody wants its end already. */
  public synchronized boolean begin() {
    thread = Thread.currentThread();
    return wish == null;
  }

  /** After this nobody interrupts the thread any more; whoever has wanted to has told why. */
  public synchronized Optional<String> finish() {
    thread = null;
    Thread.interrupted();
    return Optional.ofNullable(wish);
  }
}
