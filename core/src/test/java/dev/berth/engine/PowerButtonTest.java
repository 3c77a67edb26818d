package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.host.CallOptions;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.ShutdownPolicy.Afterwards;
import dev.berth.host.VerbResult;
import dev.berth.testing.FakeMachine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Guests that do not hear the power button the first time. */
final class PowerButtonTest extends PolicyFixture {

  @Test
  void aGuestThatWasNotUpYetIsAskedAgainAsLongAsSomebodyWaits() throws Exception {
    FakeMachine machine = startDeaf();
    CompletableFuture<VerbResult> shutdown = TestHost.async(() -> shutdown(Duration.ofMinutes(10)));
    pressed(machine, 1);

    pass(Duration.ofSeconds(9));
    assertThat(presses(machine)).isEqualTo(1);
    pass(Duration.ofSeconds(1));
    pressed(machine, 2);
    pass(Duration.ofSeconds(20));
    pressed(machine, 3);

    machine.guestShutsDown();
    shutdown.get(20, TimeUnit.SECONDS);
  }

  @Test
  void nobodyIsAskedAgainWhenTheWaitIsOver() throws Exception {
    FakeMachine machine = startDeaf();
    CompletableFuture<VerbResult> shutdown = TestHost.async(() -> shutdown(Duration.ofSeconds(5)));
    pressed(machine, 1);

    pass(Duration.ofSeconds(5));
    eventually(() -> assertThat(shutdown).isCompletedExceptionally());
    pass(Duration.ofMinutes(2));
    api().reset(WEB, CallOptions.none()); // taken after whatever was due

    assertThat(presses(machine)).isEqualTo(1);
  }

  private FakeMachine startDeaf() {
    define("restart: never");
    host.start("web");
    FakeMachine machine = machines.of("web");
    machine.ignorePowerButton();
    return machine;
  }

  private VerbResult shutdown(Duration timeout) {
    return api()
        .shutdown(WEB, new ShutdownPolicy(timeout, Afterwards.KEEP_RUNNING), CallOptions.none());
  }

  private static void pressed(FakeMachine machine, int times) throws InterruptedException {
    machine.monitor().awaitReceived("system_powerdown", times, TestHost.PATIENCE);
  }

  private static long presses(FakeMachine machine) {
    return machine.monitor().received().stream()
        .filter(command -> command.command().equals("system_powerdown"))
        .count();
  }
}
