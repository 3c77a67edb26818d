package dev.berth.engine;

import dev.berth.engine.device.Adjustment;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.machine.LaunchRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What adjustments leave in QEMU that is not needed: freed at once where that can be, else tried
 * again for as long as the machine lives. Nobody waits for it, and it makes nothing busy. Runs in
 * the driver's turns.
 */
final class Leftovers {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

  /** After so many doublings the pause is 10 s, and stays that. */
  private static final int DOUBLINGS = 9;

  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final MachineKeeper keeper;
  private final Map<String, Leftover> left = new HashMap<>();

  private record Leftover(
      Lifecycle.Active active, Adjustment adjustment, LaunchRecord launch, boolean isSo) {

    String of() {
      return adjustment.what() + " of '" + adjustment.subject() + "'";
    }

    CompletableFuture<?> tidied() {
      return adjustment.tidied(active.machine().qmp(), launch, isSo);
    }
  }

  Leftovers(HostServices host, Mailbox mailbox, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.keeper = keeper;
  }

  /**
   * Frees what that adjustment has left.
   *
   * @param launch the record from before it
   * @return never fails; completes when it was tried once
   */
  CompletableFuture<?> tidied(
      Lifecycle.Active active, Adjustment adjustment, LaunchRecord launch, boolean isSo) {
    Leftover leftover = new Leftover(active, adjustment, launch, isSo);
    return leftover
        .tidied()
        .handle(
            (done, failure) -> {
              if (failure != null) {
                mailbox.event(
                    () -> {
                      left.put(leftover.of(), leftover);
                      return later(leftover, 0, failure);
                    });
              }
              return done;
            });
  }

  /** What is made now for the same has the same names: nothing of that is to be freed. */
  void forget(Adjustment anew) {
    left.values().removeIf(leftover -> isOfSame(leftover.adjustment(), anew));
  }

  private static boolean isOfSame(Adjustment one, Adjustment other) {
    return one.what().equals(other.what()) && one.subject().equals(other.subject());
  }

  /** The machine has ended, and everything with it. */
  void forget() {
    left.clear();
  }

  private CompletionStage<?> later(Leftover leftover, int times, Throwable failure) {
    if (!isLeft(leftover)) {
      return Mailbox.DONE;
    }
    if (times == DOUBLINGS) {
      LOG.warn(
          "What is left of a change of the {} cannot be freed yet: {}",
          leftover.of(),
          Answers.cause(failure).getMessage());
    }
    host.timers()
        .after(
            FIRST_PAUSE.multipliedBy(1L << Math.min(times, DOUBLINGS)),
            () -> mailbox.event(() -> again(leftover, times + 1)));
    return Mailbox.DONE;
  }

  private CompletionStage<?> again(Leftover leftover, int times) {
    if (isLeft(leftover)) {
      leftover
          .tidied()
          .whenComplete(
              (done, failure) ->
                  mailbox.event(
                      () -> {
                        if (failure != null) {
                          return later(leftover, times, failure);
                        }
                        left.remove(leftover.of(), leftover);
                        return Mailbox.DONE;
                      }));
    }
    return Mailbox.DONE;
  }

  private boolean isLeft(Leftover leftover) {
    return keeper.lifecycle() == leftover.active() && left.get(leftover.of()) == leftover;
  }
}
