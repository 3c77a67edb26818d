package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds up whoever waits for it until it is let go, and tells that somebody does. */
final class HeldUp extends CountDownLatch {
  private final CountDownLatch begun = new CountDownLatch(1);

  HeldUp() {
    super(1);
  }

  @Override
  public void await() throws InterruptedException {
    begun.countDown();
    super.await();
  }

  /** The same for what is not interrupted but at its end. */
  void hold() {
    try {
      await();
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until somebody is held up. */
  void awaitBegun() throws InterruptedException {
    assertThat(begun.await(TestHost.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  void release() {
    countDown();
  }
}
