package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.NotFoundException;
import dev.berth.error.StorageFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.store.Change;
import dev.berth.testing.FakeLauncher.Job;
import dev.berth.testing.FakeMachine;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Callers that wait, stop waiting, or are sent home. */
final class CallersTest extends EngineFixture {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  @Test
  void aDeadlineEndsTheWaitAndNotTheStart() {
    host.define("web");
    CountDownLatch gate = new CountDownLatch(1);
    launcher().hold(Job.LAUNCH, gate);

    assertThatThrownBy(
            () -> api().start(WEB, StartMode.RUNNING, CallOptions.within(Duration.ofMillis(20))))
        .isInstanceOf(DeadlineExceededException.class);

    gate.countDown();
    host.await("web", DomainState.RUNNING);
  }

  @Test
  void anInterruptionEndsTheWaitAndNotTheStart() throws Exception {
    host.define("web");
    CountDownLatch gate = new CountDownLatch(1);
    launcher().hold(Job.LAUNCH, gate);
    CompletableFuture<Thread> caller = new CompletableFuture<>();
    CompletableFuture<Boolean> interrupted =
        TestHost.async(
            () -> {
              caller.complete(Thread.currentThread());
              assertThatThrownBy(() -> api().start(WEB, StartMode.RUNNING, CallOptions.none()))
                  .isInstanceOf(DeadlineExceededException.class)
                  .hasMessageContaining("interrupted");
              return Thread.currentThread().isInterrupted();
            });
    host.await("web", DomainState.PAUSED);

    caller.get(20, TimeUnit.SECONDS).interrupt();

    assertThat(interrupted.get(20, TimeUnit.SECONDS)).as("the flag stays").isTrue();
    gate.countDown();
    host.await("web", DomainState.RUNNING);
  }

  @Test
  void awaitSeesTheStateThatIsTheOneThatComesAndTheOneThatDoesNot() throws Exception {
    host.define("web");
    assertThat(host.await("web", DomainState.SHUTOFF).status().state())
        .isEqualTo(DomainState.SHUTOFF);
    CompletableFuture<DomainState> later =
        TestHost.async(() -> host.await("web", DomainState.RUNNING).status().state());
    host.start("web");
    assertThat(later.get(20, TimeUnit.SECONDS)).isEqualTo(DomainState.RUNNING);

    assertThatThrownBy(() -> api().await(WEB, Set.of(DomainState.CRASHED), Duration.ofMillis(20)))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("is running and did not become crashed within 20ms.");
    assertThatThrownBy(
            () ->
                api()
                    .await(
                        WEB,
                        Set.of(DomainState.SHUTOFF, DomainState.CRASHED),
                        Duration.ofNanos(1_000_001)))
        .hasMessageContaining("did not become crashed or shutoff within 1ms.");
    assertThatThrownBy(() -> api().await(WEB, Set.of(), FOREVER))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void whoeverWaitsForADomainThatIsUndefinedIsTold() throws Exception {
    host.define("web");
    CompletableFuture<Object> waiting =
        TestHost.async(() -> api().await(WEB, Set.of(DomainState.CRASHED), FOREVER));
    CompletableFuture<Object> known = TestHost.async(() -> host.await("web", DomainState.SHUTOFF));
    known.get(20, TimeUnit.SECONDS);

    api().undefine(WEB);

    assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(NotFoundException.class);
  }

  @Test
  void durationsBeyondAllMeasureAreNoError() {
    FakeMachine machine = running();

    api().pause(WEB, CallOptions.within(FOREVER));
    api().resume(WEB, CallOptions.within(FOREVER));
    assertThat(
            api()
                .shutdown(
                    WEB,
                    new ShutdownPolicy(FOREVER, ShutdownPolicy.Afterwards.DESTROY),
                    CallOptions.none())
                .snapshot()
                .status()
                .state())
        .isEqualTo(DomainState.SHUTOFF);
    assertThat(machine.signals()).containsExactly("TERM");
    host.start("web");
    api().destroy(WEB, FOREVER, CallOptions.none());
  }

  @Test
  void durationsThatMakeNoSenseAreRefused() {
    running();
    assertThatThrownBy(() -> api().destroy(WEB, Duration.ofSeconds(-1), CallOptions.none()))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(
            () ->
                api()
                    .shutdown(
                        WEB,
                        new ShutdownPolicy(Duration.ZERO, ShutdownPolicy.Afterwards.DESTROY),
                        CallOptions.none()))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(web().status().state()).isEqualTo(DomainState.RUNNING);
  }

  // ---- undefine that fails

  @Test
  void anUndefineWhoseLogsCannotBeRemovedLeavesTheDomainAlsoAfterARestart() {
    host.define("web");
    launcher().fail(Job.REMOVE_LOGS, new HostFailureException("read-only file system"));

    assertThatThrownBy(() -> api().undefine(WEB)).hasMessageContaining("read-only");

    assertThat(memory.contents().intents()).isEmpty();
    reopen();
    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
    api().undefine(WEB);
    assertThat(api().list()).isEmpty();
  }

  @Test
  void anUndefineThatCannotBeStoredLeavesTheDomain() {
    host.define("web");
    store.refuse(commit -> true);
    assertThatThrownBy(() -> api().undefine(WEB)).isInstanceOf(StorageFailureException.class);
    assertThat(memory.contents().intents()).isEmpty();

    store.refuse(
        commit -> commit.changes().stream().anyMatch(Change.RemoveDomain.class::isInstance));
    assertThatThrownBy(() -> api().undefine(WEB)).isInstanceOf(StorageFailureException.class);
    assertThat(memory.contents().intents()).isEmpty();
    assertThat(api().list()).hasSize(1);

    store.mend();
    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  // ---- the end of the host

  @Test
  void closingSendsCallersHomeRefusesNewOnesAndLeavesMachinesAlone() throws Exception {
    FakeMachine machine = running();
    machine.ignorePowerButton();
    CompletableFuture<VerbResult> shutdown =
        TestHost.async(() -> api().shutdown(WEB, ShutdownPolicy.DEFAULT, CallOptions.none()));
    machine.monitor().awaitReceived("system_powerdown", 1, TestHost.PATIENCE);

    host.close();
    host.close();

    assertThatThrownBy(() -> shutdown.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(HostUnreachableException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> api().list()).isInstanceOf(HostUnreachableException.class);
    assertThatThrownBy(() -> host.start("web")).isInstanceOf(HostUnreachableException.class);
    assertThat(machine.signals()).isEmpty();
    assertThat(machine.runState()).isEqualTo("running");
  }

  @Test
  void closingLetsAStartInFlightReachItsEnd() throws Exception {
    host.define("web");
    CountDownLatch gate = new CountDownLatch(1);
    launcher().hold(Job.LAUNCH, gate);
    CompletableFuture<VerbResult> start = TestHost.async(() -> host.start("web"));
    host.await("web", DomainState.PAUSED);
    CompletableFuture<Object> closing =
        TestHost.async(
            () -> {
              host.close();
              return "closed";
            });

    gate.countDown();

    assertThat(start.get(20, TimeUnit.SECONDS).snapshot().status().state())
        .isEqualTo(DomainState.RUNNING);
    closing.get(20, TimeUnit.SECONDS);
    assertThat(memory.contents().intents()).isEmpty();
    assertThat(memory.contents().domains().get(0).status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void closingUndoesAStartThatComesToNoEnd() throws Exception {
    host.define("web");
    launcher().hold(Job.LAUNCH, new CountDownLatch(1));
    CompletableFuture<VerbResult> start = TestHost.async(() -> host.start("web"));
    host.await("web", DomainState.PAUSED);

    host.close(Duration.ofMillis(200));

    assertThatThrownBy(() -> start.get(20, TimeUnit.SECONDS)).isNotNull();
    assertThat(machines.living()).isEmpty();
    assertThat(memory.contents().intents()).isEmpty();
    assertThat(memory.contents().domains().get(0).status().state()).isEqualTo(DomainState.SHUTOFF);
  }
}
