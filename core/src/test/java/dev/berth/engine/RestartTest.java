package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.engine.step.PolicyRules;
import dev.berth.error.HostFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.VerbResult;
import dev.berth.machine.ProcessExit;
import dev.berth.testing.FakeLauncher;
import dev.berth.testing.FakeMachine;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class RestartTest extends PolicyFixture {

  private FakeMachine running(String policy) {
    define("restart: " + policy);
    host.start("web");
    return machines.of("web");
  }

  @Test
  void aDomainWhoseQemuDiedIsStartedAgainAfterAPause() {
    FakeMachine first = running("on-failure");

    first.die(KILLED);

    assertThat(due().tries()).isEqualTo(1);
    assertThat(web().status().reason()).isEqualTo(StateReason.CRASHED);
    assertThat(due().nextTryAt()).contains(time.instant().plusSeconds(1));
    pass(Duration.ofSeconds(1));
    after(first);
    assertThat(web().restart().orElseThrow().tries()).isEqualTo(1);
    assertThat(events()).contains(EventTypes.RESTART_DUE, EventTypes.RESTARTED);
  }

  @Test
  void aDomainWhoseGuestPanickedIsStartedAgainInANewMachine() {
    FakeMachine first = running("on-failure");

    first.guestPanics();
    waitUntil(DomainState.CRASHED);
    due();
    pass(Duration.ofSeconds(1));

    after(first);
    assertThat(first.signals()).containsExactly("TERM");
    assertThat(machines.runDirectories()).hasSize(1);
  }

  @Test
  void aGuestThatPowersOffStaysOff() {
    FakeMachine first = running("on-failure-or-unknown");

    first.guestShutsDown();
    waitUntil(DomainState.SHUTOFF);

    assertThat(web().restart()).isEmpty();
    pass(Duration.ofMinutes(10));
    assertThat(machines.living()).isEmpty();
  }

  @Test
  void aQemuThatSomebodyElseToldToEndIsNoFailure() {
    running("on-failure-or-unknown").isTerminatedByAStranger();

    waitUntil(DomainState.SHUTOFF);

    assertThat(web().restart()).isEmpty();
  }

  @Test
  void anUnknownEndIsAFailureOnlyWhereTheDefinitionSaysSo() {
    running("on-failure").die(ProcessExit.UNKNOWN);
    waitUntil(DomainState.SHUTOFF);
    assertThat(web().restart()).isEmpty();

    FakeMachine next = running("on-failure-or-unknown");
    next.die(ProcessExit.UNKNOWN);
    due();
    pass(Duration.ofSeconds(1));
    after(next);
  }

  @Test
  void withoutAPolicyNothingIsDone() {
    running("never").die(KILLED);

    waitUntil(DomainState.SHUTOFF);

    assertThat(web().restart()).isEmpty();
    assertThat(events()).doesNotContain(EventTypes.RESTART_DUE);
  }

  @Test
  void afterFiveTriesTheHostGivesUp() {
    FakeMachine machine = running("on-failure");
    for (long pause : new long[] {1, 4, 16, 64, 300}) {
      machine.die(KILLED);
      assertThat(due().nextTryAt()).contains(time.instant().plusSeconds(pause));
      pass(Duration.ofSeconds(pause));
      machine = after(machine);
    }

    machine.die(KILLED);

    eventually(() -> assertThat(events()).contains(EventTypes.RESTART_GIVEN_UP));
    eventually(() -> assertThat(web().restart().orElseThrow().nextTryAt()).isEmpty());
    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
  }

  @Test
  void tenMinutesUpForgetEarlierFailures() {
    FakeMachine machine = running("on-failure");
    machine.die(KILLED);
    due();
    pass(Duration.ofSeconds(1));
    machine = after(machine);

    pass(Duration.ofMinutes(10));

    eventually(() -> assertThat(web().restart()).isEmpty());
    machine.die(KILLED);
    assertThat(due().tries()).isEqualTo(1);
  }

  @Test
  void aStartThatFailsIsTriedAgainLater() {
    FakeMachine first = running("on-failure");
    launcher().fail(FakeLauncher.Job.PLAN, new HostFailureException("The image is gone."));

    first.die(KILLED);
    due();
    pass(Duration.ofSeconds(1));

    eventually(() -> assertThat(due().tries()).isEqualTo(2));
    launcher().mend(FakeLauncher.Job.PLAN);
    pass(Duration.ofSeconds(4));
    after(first);
  }

  @Test
  void destroyingADomainThatIsAboutToBeStartedAgainKeepsItOff() {
    running("on-failure").die(KILLED);
    due();

    VerbResult result = host.destroy("web");

    assertThat(result.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(result.detail()).contains("cancelled");
    assertThat(web().restart()).isEmpty();
    assertThat(events()).contains(EventTypes.RESTART_CANCELLED);
    reopen();
    pass(Duration.ofMinutes(10));
    assertThat(machines.living()).isEmpty();
  }

  @Test
  void aShutdownOfADomainThatIsAboutToBeStartedAgainKeepsItOff() {
    running("on-failure").die(KILLED);
    due();

    api().shutdown(WEB, ShutdownPolicy.DEFAULT, CallOptions.within(TestHost.PATIENCE));

    assertThat(web().restart()).isEmpty();
    assertThat(host.destroy("web").effect()).isEqualTo(VerbResult.Effect.ALREADY);
  }

  @Test
  void aUsersStartComesFirstAndBeginsTheCountAnew() {
    FakeMachine first = running("on-failure");
    first.die(KILLED);
    due();

    host.start("web");

    assertThat(web().restart()).isEmpty();
    pass(Duration.ofMinutes(1));
    assertThat(machines.all()).hasSize(2);
  }

  @Test
  void aDestroyWhileTheHostStartsTheDomainAgainCancelsThat() throws Exception {
    FakeMachine first = running("on-failure");
    CountDownLatch gate = new CountDownLatch(1);
    launcher().hold(FakeLauncher.Job.LAUNCH, gate);
    first.die(KILLED);
    due();
    pass(Duration.ofSeconds(1));
    eventually(() -> assertThat(web().operation()).isPresent());

    host.destroy("web");
    gate.countDown();

    waitUntil(DomainState.SHUTOFF);
    assertThat(web().restart()).isEmpty();
    assertThat(machines.living()).isEmpty();
  }

  @Test
  void aDefinitionWithoutThePolicyCancelsWhatIsDue() {
    running("on-failure").die(KILLED);
    due();

    define("restart: never");

    assertThat(web().restart()).isEmpty();
  }

  @Test
  void aResetOfAPanickedGuestIsUpToTheUser() {
    FakeMachine first = running("on-failure");
    first.guestPanics();
    waitUntil(DomainState.CRASHED);
    due();

    api().reset(WEB, CallOptions.within(TestHost.PATIENCE));

    waitUntil(DomainState.RUNNING);
    eventually(() -> assertThat(web().restart().flatMap(it -> it.nextTryAt())).isEmpty());
    pass(Duration.ofMinutes(1));
    assertThat(machines.of("web")).isSameAs(first);
  }

  @Test
  void whatIsDueOutlivesTheHostProcess() {
    FakeMachine first = running("on-failure");
    first.die(KILLED);
    due();

    reopen();

    assertThat(due().tries()).isEqualTo(1);
    pass(Duration.ofSeconds(1));
    after(first);
  }

  @Test
  void aFailureThatNobodySawIsFollowedByAStartToo() {
    FakeMachine first = running("on-failure");
    host.close();
    first.die(KILLED);
    first.exit().join();

    reopen();

    due();
    pass(Duration.ofSeconds(1));
    after(first);
  }

  @Test
  void aPanicThatNobodySawIsFollowedByAStartToo() {
    FakeMachine first = running("on-failure");
    host.close();
    first.runState("guest-panicked");

    reopen();

    due();
    pass(Duration.ofSeconds(1));
    after(first);
  }

  @Test
  void aClockThatWasSetBackDelaysAStartByNoMoreThanTheLongestPause() {
    FakeMachine first = running("on-failure");
    first.die(KILLED);
    due();
    host.close();
    time.set(time.instant().minus(Duration.ofDays(1)));

    reopen();

    pass(PolicyRules.LONGEST_PAUSE);
    after(first);
  }

  @Test
  void aClockThatWasSetForwardStartsADomainAtOnce() {
    FakeMachine first = running("on-failure");
    first.die(KILLED);
    due();
    host.close();
    time.set(time.instant().plus(Duration.ofDays(1)));

    reopen();

    after(first);
    assertThat(web().restart().orElseThrow().tries()).isEqualTo(1);
  }

  @Test
  void aClockThatWasSetBackKeepsNoDomainFromRecovering() {
    FakeMachine first = running("on-failure");
    first.die(KILLED);
    due();
    pass(Duration.ofSeconds(1));
    after(first);
    host.close();
    time.set(time.instant().minus(Duration.ofDays(1)));

    reopen();

    waitUntil(DomainState.RUNNING);
    assertThat(web().restart()).isPresent();
    eventually(
        () -> {
          pass(PolicyRules.LONG_UP);
          assertThat(web().restart()).isEmpty();
        });
  }

  @Test
  void aDomainThatDiesWhileItsGuestIsShutDownStaysOff() {
    FakeMachine first = running("on-failure");
    first.ignorePowerButton();
    var shutdown =
        TestHost.async(
            () ->
                api().shutdown(WEB, ShutdownPolicy.DEFAULT, CallOptions.within(TestHost.PATIENCE)));
    eventually(() -> assertThat(events()).contains(EventTypes.SHUTDOWN_REQUESTED));

    first.die(KILLED);

    eventually(() -> assertThat(shutdown).isDone());
    assertThat(web().restart()).isEmpty();
  }
}
