package dev.berth.engine;

import dev.berth.engine.thread.Mailbox;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks a domain's QEMU how far something is, as long as that is of interest: when it is told to,
 * which is when QEMU has said that there is news, and a second later where that was wanted. One
 * question is on its way at a time; what is told meanwhile may be news to its answer, so that it is
 * asked once more then. Used in the driver's turns.
 *
 * @param <A> what it answers
 */
final class QemuWatch<A> {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** What follows from an answer. */
  @FunctionalInterface
  interface Seen<A> {
    CompletionStage<?> follows(Lifecycle.Active active, A answer);
  }

  private final HostServices host;
  private final Mailbox mailbox;
  private final MachineKeeper keeper;
  private final Function<QmpConnection, CompletableFuture<A>> question;
  private final Predicate<Lifecycle.Active> isOfInterest;
  private final Seen<A> seen;
  private Optional<Lifecycle.Active> asked = Optional.empty();
  private boolean onceMore;
  private boolean lookingLater;

  QemuWatch(
      HostServices host,
      Mailbox mailbox,
      MachineKeeper keeper,
      Function<QmpConnection, CompletableFuture<A>> question,
      Predicate<Lifecycle.Active> isOfInterest,
      Seen<A> seen) {
    this.host = host;
    this.mailbox = mailbox;
    this.keeper = keeper;
    this.question = question;
    this.isOfInterest = isOfInterest;
    this.seen = seen;
  }

  /** Asks now. */
  void look(Lifecycle.Active active) {
    if (!isWatched(active)) {
      return;
    }
    if (isAsked(active)) {
      onceMore = true;
      return;
    }
    asked = Optional.of(active);
    onceMore = false;
    question
        .apply(active.machine().qmp())
        .whenComplete((answer, failure) -> mailbox.event(() -> answered(active, answer)));
  }

  private boolean isAsked(Lifecycle.Active active) {
    return asked.filter(it -> it == active).isPresent();
  }

  private boolean isWatched(Lifecycle.Active active) {
    return keeper.lifecycle() == active && isOfInterest.test(active);
  }

  private CompletionStage<?> answered(Lifecycle.Active active, @Nullable A answer) {
    if (!isAsked(active)) {
      return Mailbox.DONE; // of a connection that is no more
    }
    asked = Optional.empty();
    if (!isWatched(active)) {
      return Mailbox.DONE;
    }
    if (answer == null) {
      later(); // its connection is lost, and the next adoption finds out; or it says so later
      return Mailbox.DONE;
    }
    boolean again = onceMore;
    CompletionStage<?> done = seen.follows(active, answer);
    return again ? done.thenRun(() -> look(active)) : done;
  }

  /** Asks a little later. */
  void later() {
    if (lookingLater) {
      return;
    }
    lookingLater = true;
    host.timers()
        .after(
            LOOK_AGAIN,
            () ->
                mailbox.event(
                    () -> {
                      lookingLater = false;
                      if (keeper.lifecycle() instanceof Lifecycle.Active active) {
                        look(active);
                      }
                      return Mailbox.DONE;
                    }));
  }
}
