package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.host.CallOptions;
import dev.berth.host.VerbResult;
import dev.berth.machine.ProcessExit;
import dev.berth.testing.FakeMachine;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What guests and their QEMUs do by themselves. */
final class GuestEventsTest extends EngineFixture {

  @Test
  void aGuestThatPowersOffIsShutOffAndItsQemuReaped() {
    FakeMachine machine = running();

    machine.guestShutsDown();

    host.await("web", DomainState.SHUTOFF);
    assertThat(web().status().reason()).isEqualTo(StateReason.SHUTDOWN);
    assertThat(machine.signals()).containsExactly("TERM");
    assertThat(stateEvents()).endsWith("shutdown shutdown guest", "shutoff shutdown guest");
  }

  @Test
  void aRebootIsToldAndTheGuestRunsOn() {
    FakeMachine machine = running();

    machine.guestReboots();

    eventually(() -> assertThat(events(EventTypes.RESET)).hasSize(1));
    assertThat(events(EventTypes.RESET).get(0).attributes()).containsEntry("cause", "guest-reset");
    assertThat(web().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void theResetThatEndsAnAssemblyIsNobodysNewsHoweverLateItIsTold() {
    FakeMachine machine = running();

    machine.monitor().emit("RESET", "{\"guest\": false, \"reason\": \"host-qmp-system-reset\"}");
    machine.guestReboots();

    eventually(() -> assertThat(events(EventTypes.RESET)).isNotEmpty());
    assertThat(events(EventTypes.RESET))
        .extracting(event -> event.attributes().get("cause"))
        .containsExactly("guest-reset");
    api().reset(WEB, CallOptions.none());
    eventually(() -> assertThat(events(EventTypes.RESET)).hasSize(2));
  }

  @Test
  void aPanickedGuestIsCrashedAndKept() {
    FakeMachine machine = running();

    machine.guestPanics();

    host.await("web", DomainState.CRASHED);
    assertThat(web().status().reason()).isEqualTo(StateReason.PANICKED);
    assertThat(web().machine()).isPresent();
    assertThat(machine.signals()).isEmpty();
    assertThat(host.destroy("web").snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
  }

  @Test
  void aGuestThatAResetBringsBackIsNotShownPausedOnTheWay() throws Exception {
    FakeMachine machine = running();
    machine.guestPanics();
    host.await("web", DomainState.CRASHED);
    machine.monitor().answer("cont", "{}");
    machine.monitor().hold("cont");
    CompletableFuture<VerbResult> reset =
        TestHost.async(() -> api().reset(WEB, CallOptions.within(TestHost.PATIENCE)));
    machine.monitor().awaitReceived("cont", 2, TestHost.PATIENCE);
    int asked =
        (int)
            machine.monitor().received().stream()
                .filter(sent -> sent.command().equals("query-status"))
                .count();
    machine.guestReboots();

    machine.monitor().awaitReceived("query-status", asked + 1, TestHost.PATIENCE);
    machine.runState("running");
    machine.monitor().release("cont");

    assertThat(reset.get(20, TimeUnit.SECONDS).snapshot().status().reason())
        .isEqualTo(StateReason.BOOTED);
    eventually(
        () ->
            assertThat(events(EventTypes.STATE))
                .last()
                .extracting(DomainEvent::attributes)
                .isEqualTo(Map.of("from", "crashed", "state", "running", "reason", "booted")));
  }

  @Test
  void aDiskErrorPausesTheGuestUntilItIsResumed() {
    FakeMachine machine = running();

    machine.diskFills();

    host.await("web", DomainState.PAUSED);
    assertThat(web().status().reason()).isEqualTo(StateReason.IOERROR);
    eventually(() -> assertThat(events(EventTypes.IO_ERROR)).hasSize(1));
    assertThat(events(EventTypes.IO_ERROR).get(0).body())
        .isEqualTo(
            new EventBody.IoError(
                Optional.empty(), "root", "write", "stop", "No space left on device", true));
    eventually( // QEMU may be asked for its state before it tells why
        () ->
            assertThat(web().status().detail())
                .contains("write of block node 'root': No space left on device"));
    assertThat(api().resume(WEB, CallOptions.none()).snapshot().status().state())
        .isEqualTo(DomainState.RUNNING);
    assertThat(web().status().detail()).isEmpty();
  }

  @Test
  void aDiskErrorIsNotForgottenWhileTheGuestStillRuns() throws Exception {
    FakeMachine machine = running();
    machine.writeFails();
    eventually(() -> assertThat(events(EventTypes.IO_ERROR)).hasSize(1));

    askForState(machine);
    askForState(machine); // so that it is known that the guest ran at the first time
    machine.runState("io-error");
    machine.monitor().emit("STOP", "{}");

    host.await("web", DomainState.PAUSED);
    eventually(
        () ->
            assertThat(web().status().detail())
                .contains("write of block node 'root': No space left on device"));
  }

  @Test
  void aQemuThatDiesIsACrashWithItsSignal() {
    FakeMachine machine = running();

    machine.die(ProcessExit.ofShellCode(128 + 11));

    host.await("web", DomainState.SHUTOFF);
    assertThat(web().status().reason()).isEqualTo(StateReason.CRASHED);
    assertThat(web().status().detail()).hasValueSatisfying(it -> it.contains("signal 11"));
    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void aQemuThatSomebodyElseTerminatesWasDestroyedByThem() {
    FakeMachine machine = running();

    machine.isTerminatedByAStranger();

    host.await("web", DomainState.SHUTOFF);
    assertThat(web().status().reason()).isEqualTo(StateReason.DESTROYED);
    assertThat(web().status().detail())
        .hasValueSatisfying(it -> assertThat(it).contains("somebody else"));
  }

  @Test
  void anEventThatComesBeforeTheReplyOfItsCommandLeadsToOneChange() {
    FakeMachine machine = running();
    machine.monitor().hold("stop");
    var pause = TestHost.async(() -> api().pause(WEB, CallOptions.within(TestHost.PATIENCE)));
    host.await("web", DomainState.PAUSED);
    assertThat(pause).isNotDone();

    machine.monitor().release("stop");

    eventually(() -> assertThat(pause).isCompleted());
    assertThat(stateEvents()).endsWith("running booted test", "paused user test");
  }

  @Test
  void aGuestInAResetLoopFloodsNeitherTheMailboxNorTheHistory() {
    FakeMachine machine = running();
    host.define("other");

    for (int i = 0; i < 20_000; i++) {
      machine.guestReboots();
    }

    assertThat(host.start("other").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(api().pause(WEB, CallOptions.within(TestHost.PATIENCE)).snapshot().status().state())
        .isEqualTo(DomainState.PAUSED);
    assertThat(events(EventTypes.RESET)).hasSizeLessThan(40);
  }

  @Test
  void aQemuThatTellsNonsenseAboutItsRunStateHangsNoCaller() {
    FakeMachine machine = running();
    machine.ignoreTerm();
    machine.guestShutsDown();
    host.await("web", DomainState.SHUTDOWN);
    machine.runState("running");
    machine.monitor().emit("RESUME", "{}");

    assertThat(web().status().state()).isEqualTo(DomainState.SHUTDOWN);
    machine.kill();
    host.await("web", DomainState.SHUTOFF);
  }

  private List<DomainEvent> events(String type) {
    return memory.eventsAfter(0, 100_000).stream()
        .filter(event -> event.type().equals(type))
        .toList();
  }

  private List<String> stateEvents() {
    return events(EventTypes.STATE).stream()
        .map(
            event ->
                event.attributes().get("state")
                    + " "
                    + event.attributes().get("reason")
                    + " "
                    + event.actor())
        .toList();
  }

  /** QEMU is asked for its run state, and has been told so. */
  private static void askForState(FakeMachine machine) throws InterruptedException {
    int before =
        (int)
            machine.monitor().received().stream()
                .filter(command -> command.command().equals("query-status"))
                .count();
    machine.monitor().emit("STOP", "{}");
    machine.monitor().awaitReceived("query-status", before + 1, TestHost.PATIENCE);
  }
}
