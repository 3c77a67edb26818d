package dev.berth.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.json.Json;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class EventDeliveryTest {
  private static final QmpDisconnect END =
      QmpDisconnect.of(QmpDisconnect.Reason.HUNG_UP, "it is over");

  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final List<String> told = new ArrayList<>();
  private final QmpEventListener listener =
      new QmpEventListener() {
        @Override
        public void event(QmpEvent event) {
          told.add(event.name());
          if (event.name().equals("BAD")) {
            throw new IllegalStateException("the listener's own failure");
          }
        }

        @Override
        public void missed(long count) {
          told.add("missed " + count);
        }
      };
  private final EventDelivery delivery =
      new EventDelivery(tasks::add, listener, end -> told.add(end.message()));

  @Test
  void eventsComeInOrderAndTheEndLast() {
    offer("A", 10);
    offer("B", 10);
    delivery.end(END);
    runTasks();

    assertThat(told).containsExactly("A", "B", "it is over");
  }

  @Test
  void oneTaskAtATimeDelivers() {
    offer("A", 10);
    offer("B", 10);

    assertThat(tasks).hasSize(1);
    runTasks();
    offer("C", 10);
    assertThat(tasks).hasSize(1);
  }

  @Test
  void aListenerThatFailsGetsTheNextEvent() {
    offer("BAD", 10);
    offer("B", 10);
    runTasks();

    assertThat(told).containsExactly("BAD", "B");
  }

  @Test
  void whatDoesNotFitIsCountedWhereItWouldHaveCome() {
    for (int i = 0; i < EventDelivery.MAX_EVENTS + 5; i++) {
      offer("E", 10);
    }
    runTasks();
    offer("F", 10);
    runTasks();

    assertThat(told).hasSize(EventDelivery.MAX_EVENTS + 2).endsWith("E", "missed 5", "F");
  }

  @Test
  void bytesAreBoundedButOneEventAlwaysFits() {
    offer("HUGE", EventDelivery.MAX_BYTES + 1);
    offer("NEXT", 1);
    delivery.end(END);
    runTasks();

    assertThat(told).containsExactly("HUGE", "missed 1", "it is over");
  }

  @Test
  void nothingComesAfterTheEnd() {
    delivery.end(END);
    offer("A", 10);
    delivery.end(END);
    runTasks();

    assertThat(told).containsExactly("it is over");
  }

  @Test
  void theEndIsToldEvenWhenTheExecutorHasEnded() {
    var rejecting =
        new EventDelivery(
            task -> {
              throw new RejectedExecutionException("the executor has ended");
            },
            listener,
            end -> told.add(end.message()));

    rejecting.offer(new QmpEvent("A", Json.object(), Instant.EPOCH), 10);
    rejecting.end(END);

    assertThat(told).containsExactly("it is over");
  }

  private void offer(String name, int bytes) {
    delivery.offer(new QmpEvent(name, Json.object(), Instant.EPOCH), bytes);
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }
}
