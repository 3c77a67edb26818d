package dev.berth.socket;

import java.util.Objects;

/**
 * Bytes on their way to somebody who may be slow, up to a limit: whoever adds them never waits. In
 * one piece, so that many small pieces cost no more than a few big ones. Thread-safe.
 */
public final class Backlog {
  private static final int SMALLEST = 4 * 1024;
  private static final byte[] NOTHING = {};

  private final int limit;

  // guarded by this
  private byte[] bytes = NOTHING;
  private int start;
  private int length;
  private boolean ended;

  /** An empty one that holds at most so many bytes. */
  public Backlog(int limit) {
    this.limit = limit;
  }

  /** Adds bytes, unless that were too many or it has ended; whether it did. */
  public synchronized boolean add(byte[] more, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, more.length);
    if (ended || count > limit - length) {
      return false;
    }
    makeRoom(length + count);
    System.arraycopy(more, offset, bytes, start + length, count);
    length += count;
    notifyAll();
    return true;
  }

  /** Moves what there is to the front; to a bigger array unless half of this one is enough. */
  private void makeRoom(int needed) {
    if (start + needed <= bytes.length) {
      return;
    }
    byte[] room =
        needed <= bytes.length / 2
            ? bytes
            : new byte[Math.max(SMALLEST, (int) Math.min(2L * needed, Integer.MAX_VALUE - 8))];
    System.arraycopy(bytes, start, room, 0, length);
    bytes = room;
    start = 0;
  }

  /**
   * Takes the oldest bytes, and waits until there are some.
   *
   * @return how many; negative when it has ended and all are taken
   */
  public synchronized int take(byte[] target, int offset, int most) throws InterruptedException {
    Objects.checkFromIndexSize(offset, most, target.length);
    while (length == 0 && !ended) {
      wait();
    }
    if (length == 0) {
      return -1;
    }
    int count = Math.min(most, length);
    System.arraycopy(bytes, start, target, offset, count);
    start += count;
    length -= count;
    if (length == 0) {
      forget();
    }
    return count;
  }

  /** There will be no more; what there is can still be taken. */
  public synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** There will be no more, and what there was is gone. */
  public synchronized void drop() {
    forget();
    end();
  }

  private void forget() {
    start = 0;
    length = 0;
    if (bytes.length > SMALLEST) {
      bytes = NOTHING;
    }
  }
}
