package dev.berth.engine;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.StateReason;
import dev.berth.engine.thread.OpenCalls;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.MachineLostException;
import dev.berth.error.NotFoundException;
import dev.berth.host.GuestShutdown;
import dev.berth.host.GuestShutdown.Outcome;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.VerbResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Shuts all guests down, one order after the other, those of one order together. First of all, what
 * the host was about to start is kept off, so that nothing comes up behind its back.
 *
 * <p>Holds no state: every request is a verb of its driver, on record as such.
 */
final class GuestShutdowns {
  /** Before every order that a definition can give. */
  private static final int WITHOUT_MACHINE = -1;

  private final HostServices host;
  private final Domains domains;
  private final ShutdownPolicy policy;
  private final String actor;

  GuestShutdowns(HostServices host, Domains domains, ShutdownPolicy policy, String actor) {
    this.host = host;
    this.domains = domains;
    this.policy = policy;
    this.actor = actor;
  }

  /** Completes when it is known of every guest what became of it; in the order of the shutdowns. */
  CompletableFuture<List<GuestShutdown>> run() {
    SortedMap<Integer, List<DomainDriver>> byOrder =
        domains.all().stream()
            .filter(driver -> concerns(driver.snapshot()))
            .collect(
                Collectors.groupingBy(
                    GuestShutdowns::order, TreeMap::new, Collectors.toUnmodifiableList()));
    CompletableFuture<List<GuestShutdown>> done = CompletableFuture.completedFuture(List.of());
    for (List<DomainDriver> together : byOrder.values()) {
      done = done.thenCompose(earlier -> all(together).thenApply(ends -> joined(earlier, ends)));
    }
    return done;
  }

  private static boolean concerns(DomainSnapshot domain) {
    return domain.machine().isPresent()
        || domain.operation().isPresent()
        || domain.restart().flatMap(DomainSnapshot.RestartSummary::nextTryAt).isPresent();
  }

  private static int order(DomainDriver driver) {
    DomainSnapshot domain = driver.snapshot();
    boolean isOff = domain.machine().isEmpty() && domain.operation().isEmpty();
    return isOff ? WITHOUT_MACHINE : driver.shutdownOrder();
  }

  private static List<GuestShutdown> joined(
      List<GuestShutdown> earlier, List<Optional<GuestShutdown>> ends) {
    List<GuestShutdown> all = new ArrayList<>(earlier);
    ends.forEach(end -> end.ifPresent(all::add));
    return List.copyOf(all);
  }

  private CompletableFuture<List<Optional<GuestShutdown>>> all(List<DomainDriver> together) {
    List<CompletableFuture<Optional<GuestShutdown>>> ends =
        together.stream().map(this::shutDown).toList();
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
        .thenApply(done -> ends.stream().map(CompletableFuture::join).toList());
  }

  /** One domain; empty when it is gone, or was off already. Never fails. */
  private CompletableFuture<Optional<GuestShutdown>> shutDown(DomainDriver driver) {
    return driver
        .shutdown(policy, actor, true) // a stalled QEMU has as long as any other
        .handle(
            (result, failure) ->
                failure == null
                    ? CompletableFuture.completedStage(ended(result))
                    : refused(driver, OpenCalls.unwrapped(failure)))
        .thenCompose(end -> end);
  }

  private static Optional<GuestShutdown> ended(VerbResult result) {
    if (result.effect() == VerbResult.Effect.ALREADY) {
      return Optional.empty();
    }
    StateReason reason = result.snapshot().status().reason();
    Outcome outcome =
        result.detail().equals(Restarts.CANCELLED)
            ? Outcome.KEPT_OFF
            : reason == StateReason.SHUTDOWN ? Outcome.SHUT_DOWN : Outcome.DESTROYED;
    return Optional.of(new GuestShutdown(outcome, result.detail(), result.snapshot()));
  }

  /** A guest that cannot be asked, or has not obeyed. */
  private CompletionStage<Optional<GuestShutdown>> refused(
      DomainDriver driver, RuntimeException failure) {
    if (failure instanceof NotFoundException) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    boolean isOver =
        failure instanceof DeadlineExceededException || failure instanceof MachineLostException;
    if (isOver || policy.afterwards() == ShutdownPolicy.Afterwards.KEEP_RUNNING) {
      Outcome outcome = failure instanceof MachineLostException ? Outcome.CRASHED : Outcome.LEFT;
      return CompletableFuture.completedStage(Optional.of(end(driver, outcome, failure)));
    }
    return driver
        .destroy(host.settings().reapGrace(), actor)
        .handle((result, trouble) -> Optional.of(destroyed(driver, result, trouble)));
  }

  private static GuestShutdown destroyed(
      DomainDriver driver, @Nullable VerbResult result, @Nullable Throwable trouble) {
    return result == null
        ? end(driver, Outcome.LEFT, OpenCalls.unwrapped(trouble))
        : new GuestShutdown(Outcome.DESTROYED, result.detail(), result.snapshot());
  }

  private static GuestShutdown end(DomainDriver driver, Outcome outcome, RuntimeException why) {
    return new GuestShutdown(outcome, String.valueOf(why.getMessage()), driver.snapshot());
  }
}
