package dev.berth.engine.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.BusyException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The order of turns; the executor is run by hand. */
final class MailboxTest {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final Mailbox mailbox = new Mailbox("web", tasks::add);
  private final List<String> order = new ArrayList<>();

  @Test
  void eventsComeBeforeRequestsAndEachInTheirOrder() {
    mailbox.request(turn("request 1"));
    mailbox.request(turn("request 2"));
    mailbox.event(turn("event 1"));
    mailbox.event(turn("event 2"));

    runAll();

    assertThat(order).containsExactly("event 1", "event 2", "request 1", "request 2");
  }

  @Test
  void onlyOneTurnIsEverHandedToTheThreads() {
    for (int i = 0; i < 50; i++) {
      mailbox.event(turn("event"));
    }
    assertThat(tasks).hasSize(1);
  }

  @Test
  void aPendingStageHoldsTheNextTurnAndNoThread() {
    CompletableFuture<Void> commit = new CompletableFuture<>();
    mailbox.request(
        () -> {
          order.add("begun");
          return commit;
        });
    runAll();
    mailbox.event(turn("event"));
    assertThat(order).containsExactly("begun");
    assertThat(tasks).isEmpty();

    commit.complete(null);
    runAll();

    assertThat(order).containsExactly("begun", "event");
  }

  @Test
  void aTurnThatThrowsOrFailsOrReturnsNothingDoesNotEndTheDriver() {
    mailbox.event(
        () -> {
          throw new IllegalStateException("on purpose");
        });
    mailbox.event(
        () -> {
          throw new AssertionError("on purpose");
        });
    mailbox.event(() -> CompletableFuture.failedStage(new IllegalStateException("on purpose")));
    mailbox.event(MailboxTest::nothing);
    mailbox.event(turn("after"));

    runAll();

    assertThat(order).containsExactly("after");
  }

  @Test
  void tooManyRequestsAreRefusedAndEventsNever() {
    for (int i = 0; i < Mailbox.REQUEST_LIMIT; i++) {
      mailbox.request(turn("request"));
    }
    assertThatThrownBy(() -> mailbox.request(turn("one more")))
        .isInstanceOf(BusyException.class)
        .hasMessageContaining("web");
    assertThat(mailbox.event(turn("event"))).isTrue();

    runAll();

    assertThat(order).hasSize(Mailbox.REQUEST_LIMIT + 1).doesNotContain("one more");
    assertThat(order.get(0)).isEqualTo("event");
  }

  @Test
  void aClosedMailboxTakesNothingMore() {
    mailbox.event(turn("before"));
    mailbox.close();

    assertThat(mailbox.event(turn("after"))).isFalse();
    runAll();

    assertThat(order).isEmpty();
  }

  @Test
  void threadsThatTakeNoMoreCloseTheMailbox() {
    Mailbox orphan =
        new Mailbox(
            "web",
            task -> {
              throw new RejectedExecutionException("ended");
            });

    orphan.event(turn("never"));

    assertThat(orphan.event(turn("never"))).isFalse();
  }

  @SuppressWarnings("NullAway")
  private static CompletableFuture<Void> nothing() {
    return null;
  }

  private Mailbox.Turn turn(String name) {
    return () -> {
      order.add(name);
      return Mailbox.DONE;
    };
  }

  private void runAll() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }
}
