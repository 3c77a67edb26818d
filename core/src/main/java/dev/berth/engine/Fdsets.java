package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.machine.FdsetNumbers;
import dev.berth.machine.Machine;
import dev.berth.qapi.misc.FdsetInfo;
import dev.berth.qapi.misc.QueryFdsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The fdsets of one domain's machine. What is on record are the host's own, each with the nodes
 * that use it; QEMU is asked for the rest, so that nothing is forgotten when a host ends.
 * Thread-safe.
 */
final class Fdsets {
  /** Numbers on their way to QEMU. */
  private final Set<Long> allotted = new HashSet<>();

  /**
   * Gives a set by hand its number, where nobody has.
   *
   * @param arguments of {@code add-fd}; grows
   * @param answered ends the call
   */
  CompletionStage<?> number(Machine machine, ObjectNode arguments, CompletableFuture<?> answered) {
    if (arguments.has(HandRules.FDSET)) {
      return Mailbox.DONE;
    }
    return machine
        .qmp()
        .send(new QueryFdsets())
        .thenAccept(
            sets -> {
              long number = allot(sets);
              arguments.put(HandRules.FDSET, number);
              answered.whenComplete((done, failure) -> release(number));
            });
  }

  private synchronized long allot(List<FdsetInfo> sets) {
    Set<Long> taken = new HashSet<>(allotted);
    sets.forEach(set -> taken.add(set.fdsetId()));
    long number = FdsetNumbers.nextByHand(taken);
    allotted.add(number);
    return number;
  }

  private synchronized void release(long number) {
    allotted.remove(number);
  }
}
