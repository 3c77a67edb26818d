package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.domain.HandTouch;
import dev.berth.domain.Liveness;
import dev.berth.engine.qemu.HandRules;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.MachineStalledException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.QmpRequest;
import dev.berth.json.Json;
import dev.berth.testing.FakeMachine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QMP commands by hand, and machines that do not answer them. */
final class HandCommandTest extends EngineFixture {

  @BeforeEach
  void aMachineThatRuns() {
    running();
  }

  @Test
  void theMarkOutlivesTheHostProcessAndEndsWithTheMachine() {
    host.api().as("alice").qmp(WEB, QmpRequest.of("stop", "{}"), CallOptions.none());
    HandTouch touch = touched().orElseThrow();
    assertThat(touch.command()).isEqualTo("stop");
    assertThat(touch.actor()).isEqualTo("alice");

    reopen();
    eventually(() -> assertThat(touched()).contains(touch));
    host.await("web", DomainState.PAUSED);
    host.destroy("web");
    host.start("web");
    assertThat(touched()).isEmpty();
  }

  @Test
  void whatACommandDoesToTheStateIsKnownBeforeItIsAnswered() {
    host.api().qmp(WEB, QmpRequest.of("stop", "{}"), CallOptions.none());
    assertThat(host.domain("web").status().state()).isEqualTo(DomainState.PAUSED);

    host.api().qmp(WEB, QmpRequest.of("cont", "{}"), CallOptions.none());
    assertThat(host.domain("web").status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void aStalledMachineIsNotAskedUnlessThereIsADeadline() {
    FakeMachine machine = machines.of("web");
    machine.hang();
    awaitLiveness(Liveness.STALLED);
    QmpRequest query = QmpRequest.of("query-status", "{}");

    assertThatThrownBy(() -> host.api().qmp(WEB, query, CallOptions.none()))
        .isInstanceOf(MachineStalledException.class);
    assertThatThrownBy(() -> host.api().qmp(WEB, query, CallOptions.within(Duration.ofMillis(50))))
        .isInstanceOf(DeadlineExceededException.class);
    machine.goOn();
    awaitLiveness(Liveness.RESPONSIVE);
  }

  @Test
  void aCommandOnItsWayFailsWhenItsMachineStalls() {
    machines.of("web").hang();
    CompletableFuture<String> reply =
        TestHost.async(
            () -> host.api().qmp(WEB, QmpRequest.of("query-status", "{}"), CallOptions.none()));

    assertThatThrownBy(() -> reply.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(MachineStalledException.class);
    machines.of("web").goOn();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "quit|{}",
        "qmp_capabilities|{}",
        "set-action|{\"shutdown\":\"poweroff\"}",
        "chardev-remove|{\"id\":\"qmp\"}",
        "chardev-change|{\"id\":\"qmp\",\"backend\":{\"type\":\"null\",\"data\":{}}}",
        "human-monitor-command|{\"command-line\":\" quit\"}",
      })
  void whatTheHostOwnsIsNeverSent(String command, String arguments) {
    QmpRequest request = QmpRequest.of(command, arguments);

    assertThatThrownBy(() -> host.api().qmp(WEB, request, CallOptions.none()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("Nothing was sent");
    assertThatThrownBy(() -> host.api().qmp(WEB, request.raw(), CallOptions.none()))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(machines.of("web").monitor().received())
        .noneMatch(received -> received.command().equals("quit"));
  }

  @Test
  void whatAnotherVersionHasIsUnsupportedHere() {
    assertThatThrownBy(
            () -> host.api().qmp(WEB, QmpRequest.of("query-cpus", "{}"), CallOptions.none()))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("removed in 6.0")
        .hasMessageContaining("query-cpus-fast");
  }

  @ParameterizedTest
  @CsvSource({
    "query-block, false",
    "x-query-jit, false",
    "qom-get, false",
    "qom-set, true",
    "stop, true",
    "human-monitor-command, true"
  })
  void whatMayChangeAMachineIsDecidedByName(String command, boolean mayChange) {
    assertThat(HandRules.mayChange(command, Json.object())).isEqualTo(mayChange);
  }

  private Optional<HandTouch> touched() {
    return web().machine().flatMap(machine -> machine.touched());
  }

  private void awaitLiveness(Liveness liveness) {
    eventually(() -> assertThat(web().machine().get().liveness()).isEqualTo(liveness));
  }
}
