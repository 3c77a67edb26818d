package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventBody.EventsMissed;
import dev.berth.host.EventSubscription;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Listeners that are so slow that the host has dropped events before they came to them. */
@ExtendWith(LeakCheck.class)
final class EventOverflowTest {
  private static final int KEPT = 100;

  /** More than is read ahead of an embedded listener. */
  private static final int BEYOND_A_BATCH = 600;

  /** More than is read ahead of a remote one, on both sides of a socket and in it. */
  private static final int BEYOND_A_SOCKET = 2500;

  /** What they define at the same time is written to the disk in one go. */
  private static final int CALLERS = 20;

  @TempDir private Path directory;
  private TestHome home;
  private final CountDownLatch gate = new CountDownLatch(1);
  private final List<DomainEvent> heard = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void aHomeThatKeepsFewEvents() {
    home = new TestHome(directory);
    home.set("events-kept", Integer.toString(KEPT));
  }

  @Test
  void anEmbeddedListenerHearsWhatItHasMissed() throws Exception {
    try (VmHost host = home.open()) {
      assertThatAllIsHeardOrSaidToBeMissed(host, BEYOND_A_BATCH);
    }
  }

  @Test
  void aRemoteListenerHearsWhatItHasMissed() throws Exception {
    try (Daemon daemon = Daemon.start(home.settings());
        VmHost host = VmHost.connect(URI.create("unix:" + directory.resolve("control.sock")))) {
      assertThatAllIsHeardOrSaidToBeMissed(host, BEYOND_A_SOCKET);
      assertThat(daemon).isNotNull();
    }
  }

  private void assertThatAllIsHeardOrSaidToBeMissed(VmHost host, int events) throws Exception {
    long before = host.eventRange().newest();
    try (EventSubscription subscription = host.subscribe(before, this::hearSlowly)) {
      define(host, events);
      assertThat(subscription.lastSequence()).isEqualTo(before);
      assertThat(host.eventRange().oldest()).isEqualTo(before + events - KEPT + 1);
      gate.countDown();

      QemuOf.awaitThat(
          "the last event is heard", () -> subscription.lastSequence() == before + events);
    }
    long expected = before + 1;
    for (DomainEvent event : heard) {
      if (event.body() instanceof EventsMissed missed) {
        assertThat(missed.from()).isEqualTo(expected);
        assertThat(missed.to()).isEqualTo(event.sequence());
      } else {
        assertThat(event.sequence()).isEqualTo(expected);
      }
      expected = event.sequence() + 1;
    }
    assertThat(heard).filteredOn(event -> event.body() instanceof EventsMissed).hasSize(1);
  }

  /** Defines domains over and over; each time is an event. */
  private void define(VmHost host, int events) throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      List<Callable<Boolean>> shares =
          IntStream.range(0, CALLERS)
              .<Callable<Boolean>>mapToObj(
                  caller -> () -> define(host, "web-" + caller, events / CALLERS))
              .toList();
      for (Future<Boolean> share : callers.invokeAll(shares)) {
        assertThat(share.get()).isTrue();
      }
    } finally {
      callers.shutdownNow();
    }
  }

  private boolean define(VmHost host, String name, int times) {
    for (int i = 0; i < times; i++) {
      home.define(host, name, "memory: " + (64 + i % 2) + "MiB");
    }
    return true;
  }

  private void hearSlowly(DomainEvent event) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    heard.add(event);
  }
}
