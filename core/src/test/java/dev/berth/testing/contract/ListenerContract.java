package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventBody;
import dev.berth.error.BerthException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.EventListener;
import dev.berth.host.EventSubscription;
import dev.berth.testing.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Listeners and their threads. */
public interface ListenerContract {
  /** Far more than is read ahead of a listener. */
  int MANY = 600;

  int CALLERS = 20;

  /** The host under test. */
  HostRig rig();

  @Test
  default void aListenerHearsEverythingInOrderOnOneThreadOfItsOwn() throws Exception {
    long before = rig().host().eventRange().newest();
    rig().define("a");
    BlockingQueue<DomainEvent> heard = new LinkedBlockingQueue<>();
    Set<String> threads = ConcurrentHashMap.newKeySet();

    try (EventSubscription subscription =
        rig()
            .host()
            .subscribe(
                before,
                event -> {
                  threads.add(Thread.currentThread().getName());
                  heard.add(event);
                })) {
      rig().define("b");
      rig().define("c");
      List<DomainEvent> all = List.of(next(heard), next(heard), next(heard));

      assertThat(all).isEqualTo(rig().eventsAfter(before));
      assertThat(all).allMatch(event -> event.body().equals(new EventBody.Defined(1)));
      assertThat(threads).singleElement().asString().startsWith("berth-events-");
      Eventually.eventually(() -> assertThat(subscription.lastSequence()).isEqualTo(before + 3));
    }
  }

  @Test
  default void aListenerMayCallTheHostAndFailAndHearsOn() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    EventListener listener =
        event -> {
          heard.add(event.name().orElseThrow() + " of " + rig().host().list().size());
          throw new IllegalStateException("a listener that fails on purpose");
        };

    try (EventSubscription subscription =
        rig().host().subscribe(rig().host().eventRange().newest(), listener)) {
      rig().define("a");
      assertThat(next(heard)).isEqualTo("a of 1");
      rig().define("b");
      assertThat(next(heard)).isEqualTo("b of 2");
      assertThat(subscription).isNotNull();
    }
  }

  @Test
  default void aSlowListenerDelaysNobodyAndMissesNothing() throws Exception {
    long before = rig().host().eventRange().newest();
    CountDownLatch gate = new CountDownLatch(1);
    List<Long> slow = new ArrayList<>();
    BlockingQueue<DomainEvent> quick = new LinkedBlockingQueue<>();
    CountDownLatch all = new CountDownLatch(MANY);
    EventListener waiting =
        event -> {
          await(gate);
          slow.add(event.sequence());
          all.countDown();
        };

    try (EventSubscription first = rig().host().subscribe(before, waiting);
        EventSubscription second = rig().host().subscribe(before, quick::add)) {
      makeManyEvents();
      for (int i = 0; i < MANY; i++) {
        next(quick);
      }
      assertThat(first.lastSequence()).isEqualTo(before);
      gate.countDown();
      assertThat(all.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(second).isNotNull();
    }
    assertThat(slow).hasSize(MANY).isSorted().doesNotHaveDuplicates();
  }

  /** By callers at once, whose commits share a sync where there is a disk. */
  private void makeManyEvents() {
    List<CompletableFuture<Boolean>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      String name = "web-" + i;
      callers.add(HostRig.async(() -> define(name, MANY / CALLERS)));
    }
    assertThat(callers).allSatisfy(caller -> assertThat(caller).succeedsWithin(PATIENCE));
  }

  private boolean define(String name, int times) {
    for (int i = 0; i < times; i++) {
      rig().define(name, (64 + i % 2) + "MiB");
    }
    return true;
  }

  @Test
  default void aClosedSubscriptionIsSilent() throws Exception {
    BlockingQueue<DomainEvent> heard = new LinkedBlockingQueue<>();
    BlockingQueue<DomainEvent> other = new LinkedBlockingQueue<>();
    long now = rig().host().eventRange().newest();
    EventSubscription closed = rig().host().subscribe(now, heard::add);
    try (EventSubscription open = rig().host().subscribe(now, other::add)) {
      closed.close();
      closed.close();

      rig().define("a");

      next(other);
      assertThat(heard).isEmpty();
      assertThat(open).isNotNull();
    }
  }

  @Test
  default void listenersAreToldOfTheEndOfTheirHost() throws Exception {
    CompletableFuture<BerthException> ended = new CompletableFuture<>();
    EventListener listener =
        new EventListener() {
          @Override
          public void heard(DomainEvent event) {}

          @Override
          public void ended(BerthException cause) {
            ended.complete(cause);
          }
        };
    rig().host().subscribe(0, listener);

    rig().host().close();

    assertThat(ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(HostUnreachableException.class);
    assertThatThrownBy(() -> rig().host().subscribe(0, listener))
        .isInstanceOf(HostUnreachableException.class);
  }

  @Test
  default void aListenerMayCloseItsOwnHost() throws Exception {
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    rig()
        .host()
        .subscribe(
            rig().host().eventRange().newest(),
            event -> {
              rig().host().close();
              closed.complete(true);
            });

    // Its own reply may or may not come before the end of the host.
    HostRig.async(() -> rig().define("a"));

    assertThat(closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  default void aSubscriptionFromWhereNoEventIsIsRefused() {
    assertThatThrownBy(() -> rig().host().subscribe(-1, event -> {}))
        .isInstanceOf(InvalidRequestException.class);
    long beyond = rig().host().eventRange().newest() + 1_000_000;
    assertThatThrownBy(() -> rig().host().subscribe(beyond, event -> {}))
        .isInstanceOf(InvalidRequestException.class);
  }

  private static <T> T next(BlockingQueue<T> heard) throws InterruptedException {
    T next = heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(next).as("the next event").isNotNull();
    return next;
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
