package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.HostFailureException;
import dev.berth.testing.FakeLauncher;
import dev.berth.testing.FakeMachine;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class AutostartTest extends PolicyFixture {

  @Test
  void aDomainIsStartedWhenTheHostHasBooted() {
    define("autostart: true");

    reboot();

    waitUntil(DomainState.RUNNING);
    eventually(() -> assertThat(events()).contains(EventTypes.AUTOSTARTED));
    eventually(() -> assertThat(web().restart()).isEmpty());
  }

  @Test
  void aDomainThatRanWhenTheHostWentDownIsStartedAgain() {
    define("autostart: true");
    host.start("web");

    reboot();

    waitUntil(DomainState.RUNNING);
  }

  @Test
  void itIsStartedOnceInABoot() {
    define("autostart: true");
    reboot();
    waitUntil(DomainState.RUNNING);
    machines.of("web").guestShutsDown();
    waitUntil(DomainState.SHUTOFF);

    reopen();

    assertOffFor(Duration.ofMinutes(10));
  }

  @Test
  void aDefinitionDoesNotStartADomainInTheBootItIsMadeIn() {
    define("autostart: true");
    reopen();
    assertOffFor(Duration.ofMinutes(1));

    define("autostart: false");
    reboot();
    define("autostart: true");
    reopen();
    assertOffFor(Duration.ofMinutes(1));
  }

  @Test
  void aUsersDestroyHoldsUntilTheNextBoot() {
    define("autostart: true");
    reboot();
    waitUntil(DomainState.RUNNING);
    host.destroy("web");

    reopen();

    assertOffFor(Duration.ofMinutes(1));
    reboot();
    waitUntil(DomainState.RUNNING);
  }

  @Test
  void aMachineThatLivesNeedsNoStart() {
    define("");
    host.start("web");
    FakeMachine machine = machines.of("web");
    host.close();
    boot = "another";
    reopen();
    define("autostart: true");

    reopen();

    waitUntil(DomainState.RUNNING);
    machine.guestShutsDown();
    waitUntil(DomainState.SHUTOFF);
    reopen();
    assertOffFor(Duration.ofMinutes(1));
  }

  @Test
  void withoutTheKeyNothingIsStarted() {
    define("");

    reboot();

    assertOffFor(Duration.ofMinutes(1));
    assertThat(memory.contents().policyStates()).allMatch(state -> state.boot().isEmpty());
  }

  @Test
  void aHostThatDoesNotKnowItsBootStartsNothing() {
    define("autostart: true");
    host.close();
    boot = "";

    reopen();

    assertOffFor(Duration.ofMinutes(1));
  }

  @Test
  void aStartThatFailsIsSaidAndTriedAgainOnlyWhereThePolicySaysSo() {
    define("autostart: true");
    host.close();
    boot = "next";

    reopenWith(
        launcher ->
            launcher.fail(FakeLauncher.Job.PLAN, new HostFailureException("No such image.")));

    eventually(() -> assertThat(events()).contains(EventTypes.RESTART_GIVEN_UP));
    eventually(() -> assertThat(web().restart()).isEmpty());

    define("autostart: true\nrestart: on-failure");
    host.close();
    boot = "the one after";
    reopenWith(
        launcher ->
            launcher.fail(FakeLauncher.Job.PLAN, new HostFailureException("No such image.")));
    eventually(() -> assertThat(due().tries()).isEqualTo(1));
    launcher().mend(FakeLauncher.Job.PLAN);
    pass(Duration.ofSeconds(1));
    waitUntil(DomainState.RUNNING);
  }

  private void assertOffFor(Duration duration) {
    pass(duration);
    assertThat(web().restart()).isEmpty();
    assertThat(web().operation()).isEmpty();
    assertThat(machines.living()).isEmpty();
    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
  }
}
