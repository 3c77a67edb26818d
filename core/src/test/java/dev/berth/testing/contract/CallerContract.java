package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.GRACE;
import static dev.berth.testing.contract.HostRig.PATIENCE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.LogKind;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Callers that are interrupted, come too late, or use views. */
public interface CallerContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void anInterruptionEndsTheWaitOnlyAndStaysVisible() throws Exception {
    rig().webIs(DomainState.SHUTOFF);
    CompletableFuture<Thread> caller = new CompletableFuture<>();
    CompletableFuture<Boolean> interrupted =
        HostRig.async(
            () -> {
              caller.complete(Thread.currentThread());
              assertThat(
                      rig().errorOf(host -> host.await(WEB, Set.of(DomainState.CRASHED), PATIENCE)))
                  .isEqualTo(DeadlineExceededException.class);
              return Thread.currentThread().isInterrupted();
            });

    caller.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).interrupt();

    assertThat(interrupted.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(rig().start(StartMode.PAUSED).snapshot().machine()).isPresent();
  }

  @Test
  default void whatAnInterruptedCallerAsksForIsDoneAllTheSame() throws Exception {
    rig().webIs(DomainState.SHUTOFF);

    CompletableFuture<Boolean> interrupted =
        HostRig.async(
            () -> {
              Thread.currentThread().interrupt();
              assertThat(
                      rig().errorOf(host -> host.start(WEB, StartMode.PAUSED, CallOptions.none())))
                  .isEqualTo(DeadlineExceededException.class);
              return Thread.currentThread().isInterrupted();
            });

    assertThat(interrupted.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    rig().host().await(WEB, Set.of(DomainState.PAUSED), PATIENCE);
  }

  @Test
  default void whoeverWaitsForADomainThatIsUndefinedIsTold() {
    rig().define("web");
    CompletableFuture<Class<?>> waiting = untilCrashed();

    rig().host().undefine(WEB);

    assertThat(waiting).succeedsWithin(PATIENCE).isEqualTo(NotFoundException.class);
  }

  @Test
  default void whoeverWaitsWhenTheHostIsClosedIsSentHome() {
    rig().define("web");
    CompletableFuture<Class<?>> waiting = untilCrashed();

    rig().host().close();

    assertThat(waiting).succeedsWithin(PATIENCE).isEqualTo(HostUnreachableException.class);
  }

  /** What a wait for a state that never comes ends with. */
  private CompletableFuture<Class<?>> untilCrashed() {
    return HostRig.async(
        () -> rig().errorOf(host -> host.await(WEB, Set.of(DomainState.CRASHED), PATIENCE)));
  }

  @Test
  default void closingAViewClosesNothing() {
    VmHost view = rig().host().as("billing");
    view.close();

    assertThat(view.list()).isEmpty();
    assertThat(rig().host().list()).isEmpty();
  }

  @Test
  default void aClosedHostRefusesEveryCall() {
    rig().define("web");
    VmHost view = rig().host().as("billing");

    rig().host().close();
    rig().host().close();

    CallOptions none = CallOptions.none();
    List<Consumer<VmHost>> calls =
        List.of(
            VmHost::info,
            VmHost::list,
            VmHost::eventRange,
            host -> host.domain(WEB),
            host -> host.definition(WEB),
            host -> rig().define("db"),
            host -> host.undefine(WEB),
            host -> host.start(WEB, StartMode.RUNNING, none),
            host -> host.shutdown(WEB, ShutdownPolicy.DEFAULT, none),
            host -> host.shutdownGuests(ShutdownPolicy.DEFAULT, none),
            host -> host.destroy(WEB, GRACE, none),
            host -> host.reset(WEB, none),
            host -> host.pause(WEB, none),
            host -> host.resume(WEB, none),
            host -> host.await(WEB, Set.of(DomainState.SHUTOFF), PATIENCE),
            host -> host.log(WEB, LogKind.CONSOLE, 1),
            host -> host.console(WEB),
            host -> host.events(0),
            host -> host.subscribe(0, event -> {}),
            host -> view.list());
    assertThat(calls).allMatch(call -> rig().errorOf(call) == HostUnreachableException.class);
  }
}
