package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.GRACE;
import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.PATIENCE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.domain.StateReason;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.LogKind;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Verbs on machines whose guests do nothing by themselves, and waiting for states. */
public interface MachineContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aMachineIsStartedPausedRunsAndIsDestroyed() {
    rig().define("web");

    isNow(rig().start(StartMode.PAUSED), DomainState.PAUSED, StateReason.USER);
    DomainSnapshot paused = rig().host().domain(WEB);
    assertThat(paused.machine().orElseThrow().liveness()).isEqualTo(Liveness.RESPONSIVE);
    assertThat(paused.machine().orElseThrow().pid()).isPresent();
    assertThat(rig().host().info().machines()).isEqualTo(1);
    isNow(rig().resume(), DomainState.RUNNING, StateReason.UNPAUSED);
    isNow(rig().pause(), DomainState.PAUSED, StateReason.USER);
    VerbResult destroyed = rig().destroy();
    isNow(destroyed, DomainState.SHUTOFF, StateReason.DESTROYED);
    assertThat(destroyed.detail()).isEqualTo("ended cleanly");
    assertThat(destroyed.snapshot().status().detail()).contains("ended cleanly");
    assertThat(destroyed.snapshot().machine()).isEmpty();
    assertThat(destroyed.snapshot().operation()).isEmpty();
    isNow(rig().start(StartMode.RUNNING), DomainState.RUNNING, StateReason.BOOTED);
  }

  @Test
  default void aResetKeepsTheStateOfTheMachine() {
    rig().webIs(DomainState.RUNNING);

    isNow(rig().reset(), DomainState.RUNNING, StateReason.BOOTED);
    rig().pause();
    isNow(rig().reset(), DomainState.PAUSED, StateReason.USER);
  }

  @Test
  default void everyVerbKnowsADomainThatIsShutOff() {
    rig().webIs(DomainState.SHUTOFF);

    isAlready(rig().destroy(), "it is shut off already");
    isAlready(shutdown(), "it is shut off already");
    assertThat(rig().errorOf(host -> rig().pause())).isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> rig().resume())).isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> rig().reset())).isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> host.console(WEB))).isEqualTo(InvalidStateException.class);
    for (LogKind kind : LogKind.values()) {
      assertThat(rig().host().log(WEB, kind, 100)).as(kind.name()).isEmpty();
    }
  }

  @Test
  default void everyVerbKnowsADomainThatRuns() {
    rig().webIs(DomainState.RUNNING);

    isAlready(rig().start(StartMode.RUNNING), "it is running already");
    isAlready(rig().resume(), "it is running already");
    assertThat(rig().errorOf(host -> rig().start(StartMode.PAUSED)))
        .isEqualTo(InvalidStateException.class);
  }

  @Test
  default void everyVerbKnowsADomainThatIsPaused() {
    rig().webIs(DomainState.PAUSED);

    isAlready(rig().start(StartMode.PAUSED), "it is paused already");
    isAlready(rig().pause(), "it is paused already");
    assertThat(rig().errorOf(host -> rig().start(StartMode.RUNNING)))
        .isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> shutdown())).isEqualTo(InvalidStateException.class);
  }

  @Test
  default void everyVerbKnowsADomainThatIsNotThere() {
    CallOptions none = CallOptions.none();
    assertThat(rig().errorOf(host -> host.start(NONE, StartMode.RUNNING, none)))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.shutdown(NONE, ShutdownPolicy.DEFAULT, none)))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.destroy(NONE, GRACE, none)))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.reset(NONE, none))).isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.pause(NONE, none))).isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.resume(NONE, none))).isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.log(NONE, LogKind.QEMU, 1)))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.await(NONE, Set.of(DomainState.RUNNING), GRACE)))
        .isEqualTo(NotFoundException.class);
  }

  @Test
  default void aWaitSeesTheStateThatIsTheOneThatComesAndTheOneThatDoesNot() throws Exception {
    rig().webIs(DomainState.SHUTOFF);
    assertThat(rig().host().await(WEB, Set.of(DomainState.SHUTOFF), Duration.ZERO))
        .isEqualTo(rig().host().domain(WEB));
    CompletableFuture<DomainSnapshot> later =
        HostRig.async(() -> rig().host().await(WEB, Set.of(DomainState.RUNNING), PATIENCE));

    rig().start(StartMode.RUNNING);

    assertThat(later.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status().state())
        .isEqualTo(DomainState.RUNNING);
    assertThat(
            rig()
                .errorOf(
                    host -> host.await(WEB, Set.of(DomainState.CRASHED), Duration.ofMillis(20))))
        .isEqualTo(DeadlineExceededException.class);
  }

  @Test
  default void whatNoStateWouldAcceptIsRefused() {
    rig().webIs(DomainState.RUNNING);
    Duration negative = Duration.ofMillis(-1);

    isInvalid(() -> rig().host().destroy(WEB, negative, CallOptions.none()));
    isInvalid(() -> rig().host().pause(WEB, CallOptions.within(negative)));
    isInvalid(() -> shutdown(Duration.ZERO));
    isInvalid(() -> shutdown(negative));
    isInvalid(() -> rig().host().await(WEB, Set.of(), PATIENCE));
    isInvalid(() -> rig().host().await(WEB, Set.of(DomainState.RUNNING), negative));
    isInvalid(() -> rig().host().log(WEB, LogKind.CONSOLE, 0));
    isInvalid(() -> rig().host().log(WEB, LogKind.CONSOLE, (16 << 20) + 1));
    assertThat(rig().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  default void durationsBeyondAllMeasureAreNoError() {
    rig().webIs(DomainState.RUNNING);
    Duration forever = Duration.ofSeconds(Long.MAX_VALUE);

    rig().host().await(WEB, Set.of(DomainState.RUNNING), forever);
    rig().host().pause(WEB, CallOptions.within(forever));
    rig().host().destroy(WEB, forever, CallOptions.within(forever));
    assertThat(rig().state()).isEqualTo(DomainState.SHUTOFF);
  }

  private VerbResult shutdown() {
    return shutdown(PATIENCE);
  }

  private VerbResult shutdown(Duration timeout) {
    ShutdownPolicy policy = new ShutdownPolicy(timeout, ShutdownPolicy.Afterwards.KEEP_RUNNING);
    return rig().host().shutdown(WEB, policy, CallOptions.within(PATIENCE));
  }

  private void isInvalid(Runnable call) {
    assertThat(rig().errorOf(host -> call.run())).isEqualTo(InvalidRequestException.class);
  }

  private void isNow(VerbResult result, DomainState state, StateReason reason) {
    assertThat(result.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(result.snapshot().status().state()).isEqualTo(state);
    assertThat(result.snapshot().status().reason()).isEqualTo(reason);
    assertThat(rig().host().domain(WEB).status()).isEqualTo(result.snapshot().status());
  }

  private static void isAlready(VerbResult result, String detail) {
    assertThat(result.effect()).isEqualTo(VerbResult.Effect.ALREADY);
    assertThat(result.detail()).isEqualTo(detail);
  }
}
