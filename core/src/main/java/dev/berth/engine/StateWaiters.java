package dev.berth.engine;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.error.NotFoundException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Callers that wait for a domain to reach a state. Thread-safe. */
final class StateWaiters {
  private record Waiter(Set<DomainState> states, CompletableFuture<DomainSnapshot> answer) {}

  private final List<Waiter> waiters = new ArrayList<>();

  /**
   * Completes with the first snapshot, the present one included, whose state is in the set.
   *
   * @param present asked after the waiter is in place, so that nothing is missed between the two
   */
  CompletableFuture<DomainSnapshot> add(Set<DomainState> states, Supplier<DomainSnapshot> present) {
    CompletableFuture<DomainSnapshot> answer = new CompletableFuture<>();
    synchronized (this) {
      waiters.add(new Waiter(Set.copyOf(states), answer));
    }
    answer.whenComplete((snapshot, failure) -> forget(answer));
    published(present.get());
    return answer;
  }

  private synchronized void forget(CompletableFuture<DomainSnapshot> answer) {
    waiters.removeIf(waiter -> waiter.answer() == answer);
  }

  /** Tells everybody of a new snapshot. */
  void published(DomainSnapshot snapshot) {
    List<Waiter> due = new ArrayList<>();
    synchronized (this) {
      for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
        Waiter waiter = all.next();
        if (waiter.states().contains(snapshot.status().state())) {
          all.remove();
          due.add(waiter);
        }
      }
    }
    due.forEach(waiter -> waiter.answer().complete(snapshot));
  }

  /** Fails everybody: the domain is no more. */
  void undefined(String name) {
    List<Waiter> all;
    synchronized (this) {
      all = List.copyOf(waiters);
      waiters.clear();
    }
    all.forEach(
        waiter ->
            waiter
                .answer()
                .completeExceptionally(
                    new NotFoundException("Domain '" + name + "' has been undefined meanwhile.")));
  }
}
