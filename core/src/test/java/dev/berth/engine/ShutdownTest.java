package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.MachineLostException;
import dev.berth.error.StorageFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.EditScope;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.ShutdownPolicy.Afterwards;
import dev.berth.host.VerbResult;
import dev.berth.testing.FakeMachine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Asking guests to shut down. */
final class ShutdownTest extends EngineFixture {

  @Test
  void aGuestThatObeysIsOffAndItsQemuReaped() {
    FakeMachine machine = running();

    VerbResult result = shutdown(20_000, Afterwards.KEEP_RUNNING);

    assertThat(result.snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(result.snapshot().status().reason()).isEqualTo(StateReason.SHUTDOWN);
    assertThat(machine.signals()).containsExactly("TERM");
    assertThat(memory.contents().intents()).isEmpty();
    assertThat(memory.contents().launches()).isEmpty();
  }

  @Test
  void aDeafGuestIsStillRunningWhenTimeIsUp() {
    FakeMachine machine = running();
    machine.ignorePowerButton();

    assertThatThrownBy(() -> shutdown(50, Afterwards.KEEP_RUNNING))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("still running")
        .hasMessageContaining("50 ms");

    assertThat(web().status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(machine.signals()).isEmpty();
    assertThat(memory.contents().intents()).isEmpty();
  }

  @Test
  void aDeafGuestIsDestroyedWhenThatIsWanted() {
    FakeMachine machine = running();
    machine.ignorePowerButton();

    VerbResult result = shutdown(50, Afterwards.DESTROY);

    assertThat(result.snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(result.snapshot().status().reason()).isEqualTo(StateReason.DESTROYED);
    assertThat(machine.signals()).containsExactly("TERM");
  }

  @Test
  void twoShutdownsAtOnceAreBothAnswered() throws Exception {
    FakeMachine machine = running();
    machine.ignorePowerButton();
    CompletableFuture<VerbResult> patient =
        TestHost.async(() -> shutdown(20_000, Afterwards.KEEP_RUNNING));
    machine.monitor().awaitReceived("system_powerdown", 1, TestHost.PATIENCE);
    assertThatThrownBy(() -> shutdown(50, Afterwards.KEEP_RUNNING))
        .hasMessageContaining("still running");
    assertThat(memory.contents().intents()).as("the other still waits").hasSize(1);

    machine.guestShutsDown();

    assertThat(patient.get(20, TimeUnit.SECONDS).snapshot().status().reason())
        .isEqualTo(StateReason.SHUTDOWN);
    assertThat(memory.contents().intents()).isEmpty();
  }

  @Test
  void aShutdownWhileTheGuestIsJustEndingWaitsForItsEnd() throws Exception {
    FakeMachine machine = running();
    machine.ignoreTerm();
    machine.guestShutsDown();
    host.await("web", DomainState.SHUTDOWN);
    eventually(() -> assertThat(machine.signals()).isNotEmpty());

    CompletableFuture<VerbResult> late =
        TestHost.async(() -> shutdown(20_000, Afterwards.KEEP_RUNNING));
    eventually(() -> assertThat(late).isNotDone());
    machine.kill();

    assertThat(late.get(20, TimeUnit.SECONDS).snapshot().status().reason())
        .isEqualTo(StateReason.SHUTDOWN);
  }

  @Test
  void aGuestWhoseQemuDiesInsteadIsReportedAsLost() throws Exception {
    FakeMachine machine = running();
    machine.ignorePowerButton();
    CompletableFuture<VerbResult> shutdown =
        TestHost.async(() -> shutdown(20_000, Afterwards.KEEP_RUNNING));
    machine.monitor().awaitReceived("system_powerdown", 1, TestHost.PATIENCE);

    machine.kill();

    assertThatThrownBy(() -> shutdown.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(MachineLostException.class)
        .hasMessageContaining("signal 9");
    assertThat(web().status().reason()).isEqualTo(StateReason.CRASHED);
  }

  @Test
  void aDestroyDuringAShutdownEndsBoth() throws Exception {
    FakeMachine machine = running();
    machine.ignorePowerButton();
    CompletableFuture<VerbResult> shutdown =
        TestHost.async(() -> shutdown(20_000, Afterwards.KEEP_RUNNING));
    machine.monitor().awaitReceived("system_powerdown", 1, TestHost.PATIENCE);

    host.destroy("web");

    assertThat(shutdown.get(20, TimeUnit.SECONDS).snapshot().status().reason())
        .isEqualTo(StateReason.DESTROYED);
  }

  @Test
  void nothingIsAddedToAMachineWhoseGuestIsBeingShutDown() throws Exception {
    FakeMachine machine = running();
    machine.ignorePowerButton();
    CompletableFuture<VerbResult> shutdown =
        TestHost.async(() -> shutdown(20_000, Afterwards.KEEP_RUNNING));
    machine.monitor().awaitReceived("system_powerdown", 1, TestHost.PATIENCE);

    assertThatThrownBy(
            () ->
                api()
                    .attachNic(
                        WEB, TestHost.document("name: lan"), EditScope.LIVE, CallOptions.none()))
        .isInstanceOf(BusyException.class)
        .hasMessageContaining("its guest is being shut down");

    machine.guestShutsDown();
    shutdown.get(20, TimeUnit.SECONDS);
  }

  @Test
  void aShutdownThatCannotBeRecordedPressesNoButton() {
    FakeMachine machine = running();
    store.refuse(commit -> true);

    assertThatThrownBy(() -> shutdown(20_000, Afterwards.DESTROY))
        .isInstanceOf(StorageFailureException.class);

    assertThat(machine.monitor().received())
        .noneMatch(command -> command.command().equals("system_powerdown"));
    store.mend();
    assertThat(web().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void theEndOfAGuestIsPublishedWhenTheStoreIsFullAndStoredLater() {
    FakeMachine machine = running();
    store.refuse(commit -> true);

    machine.guestShutsDown();

    host.await("web", DomainState.SHUTOFF);
    assertThat(web().status().reason()).isEqualTo(StateReason.SHUTDOWN);
    assertThat(memory.contents().launches()).hasSize(1);
    store.mend();
    eventually(() -> assertThat(memory.contents().launches()).isEmpty());
    assertThat(memory.contents().domains().get(0).status().state()).isEqualTo(DomainState.SHUTOFF);
  }

  private VerbResult shutdown(long millis, Afterwards afterwards) {
    return api()
        .shutdown(
            WEB, new ShutdownPolicy(Duration.ofMillis(millis), afterwards), CallOptions.none());
  }
}
