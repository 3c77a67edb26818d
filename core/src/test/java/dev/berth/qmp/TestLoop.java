package dev.berth.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A loop with its callback threads, and short ways to what tests do with it. */
final class TestLoop implements AutoCloseable {
  /** Far beyond what anything here takes, for states that are waited for. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ExecutorService callbacks =
      Executors.newFixedThreadPool(2, task -> new Thread(task, "berth-callback"));
  private final QmpLoop loop = QmpLoop.start("berth-qmp-test", callbacks);
  private final BlockingQueue<QmpEvent> events = new LinkedBlockingQueue<>();

  QmpLoop loop() {
    return loop;
  }

  /** Connects; its events go to {@link #nextEvent}. */
  QmpConnection connect(Path socket) {
    return await(loop.connect(socket, PATIENCE, events::add));
  }

  QmpEvent nextEvent() throws InterruptedException {
    QmpEvent event = events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(event).as("an event").isNotNull();
    return event;
  }

  static Deadline soon() {
    return Deadline.of(PATIENCE);
  }

  /** The value of a future that must succeed. */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("the future should have completed", e);
    }
  }

  /** The failure of a future that must fail. */
  static Throwable failure(CompletableFuture<?> future) {
    try {
      Object value = future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      throw new AssertionError("the future should have failed but completed with " + value);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("the future should have failed", e);
    }
  }

  @Override
  public void close() {
    loop.close();
    callbacks.shutdown();
  }
}
