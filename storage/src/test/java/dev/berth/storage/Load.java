package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;

/** Keeps processors busy. */
final class Load implements AutoCloseable {
  private final AtomicLong turns = new AtomicLong();
  private volatile boolean over;

  Load(int processors) {
    for (int i = 0; i < processors; i++) {
      Thread thread = new Thread(this::spin, "load-" + i);
      thread.setDaemon(true);
      thread.start();
    }
  }

  void checkBusy() {
    assertThat(turns.get()).isPositive();
  }

  private void spin() {
    while (!over) {
      turns.incrementAndGet();
    }
  }

  @Override
  public void close() {
    over = true;
  }
}
