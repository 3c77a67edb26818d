package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.GuestShutdown;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.ShutdownPolicy.Afterwards;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ShutdownGuestsTest extends PolicyFixture {

  @Test
  void anOrderBeginsWhenTheOneBeforeHasEnded() throws Exception {
    running("first", 1);
    running("second", 2);
    machines.of("first").ignorePowerButton();

    CompletableFuture<List<GuestShutdown>> all = shutDown(Afterwards.KEEP_RUNNING);
    eventually(() -> assertThat(events()).containsOnlyOnce(EventTypes.SHUTDOWN_REQUESTED));
    assertThat(host.domain("second").status().state()).isEqualTo(DomainState.RUNNING);
    machines.of("first").guestShutsDown();

    assertThat(outcomes(all)).containsExactly("first SHUT_DOWN", "second SHUT_DOWN");
    assertThat(machines.living()).isEmpty();
  }

  @Test
  void aGuestThatDoesNotObeyIsLeftAndKeepsNobodyFromItsTurn() throws Exception {
    running("deaf", 1);
    running("good", 2);
    machines.of("deaf").ignorePowerButton();

    CompletableFuture<List<GuestShutdown>> all = shutDown(Afterwards.KEEP_RUNNING);
    eventually(() -> assertThat(events()).containsOnlyOnce(EventTypes.SHUTDOWN_REQUESTED));
    eventually(
        () -> {
          pass(Duration.ofSeconds(1));
          assertThat(host.domain("good").status().state()).isEqualTo(DomainState.SHUTOFF);
        });

    assertThat(outcomes(all)).containsExactly("deaf LEFT", "good SHUT_DOWN");
    assertThat(host.domain("deaf").status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void aGuestThatDoesNotObeyIsDestroyedWhereThePolicySaysSo() throws Exception {
    running("deaf", 1);
    machines.of("deaf").ignorePowerButton();

    CompletableFuture<List<GuestShutdown>> all = shutDown(Afterwards.DESTROY);
    eventually(() -> assertThat(events()).contains(EventTypes.SHUTDOWN_REQUESTED));
    eventually(
        () -> {
          pass(Duration.ofSeconds(30));
          assertThat(all).isDone();
        });

    assertThat(outcomes(all)).containsExactly("deaf DESTROYED");
    assertThat(machines.living()).isEmpty();
  }

  @Test
  void whatTheHostWasAboutToStartStaysOff() throws Exception {
    running("web", 500);
    machines.of("web").die(KILLED);
    due();

    assertThat(outcomes(shutDown(Afterwards.KEEP_RUNNING))).containsExactly("web KEPT_OFF");

    pass(Duration.ofMinutes(10));
    assertThat(machines.living()).isEmpty();
  }

  @Test
  void aMachineThatIsLostMeanwhileIsSaidToHaveCrashed() throws Exception {
    running("web", 500);
    machines.of("web").ignorePowerButton();

    CompletableFuture<List<GuestShutdown>> all = shutDown(Afterwards.DESTROY);
    eventually(() -> assertThat(events()).contains(EventTypes.SHUTDOWN_REQUESTED));
    machines.of("web").die(KILLED);

    assertThat(outcomes(all)).containsExactly("web CRASHED");
  }

  private void running(String name, int order) {
    api()
        .define(
            TestHost.document("name: " + name + "\nrestart: on-failure\nshutdown-order: " + order),
            new DefineCondition.Always());
    host.start(name);
  }

  private CompletableFuture<List<GuestShutdown>> shutDown(Afterwards afterwards) {
    return TestHost.async(
        () ->
            api()
                .shutdownGuests(
                    new ShutdownPolicy(Duration.ofSeconds(30), afterwards), CallOptions.none()));
  }

  private static List<String> outcomes(CompletableFuture<List<GuestShutdown>> all)
      throws Exception {
    return all.get(TestHost.PATIENCE.toSeconds(), TimeUnit.SECONDS).stream()
        .map(end -> end.snapshot().name() + " " + end.outcome())
        .toList();
  }
}
