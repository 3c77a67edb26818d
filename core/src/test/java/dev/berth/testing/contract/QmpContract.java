package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.domain.HandTouch;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.EventStream;
import dev.berth.host.QmpEvents;
import dev.berth.host.QmpRequest;
import dev.berth.json.Json;
import dev.berth.schema.QmpSchema;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** QMP commands by hand. */
public interface QmpContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aQuestionIsAnsweredInJsonAndLeavesNoMark() throws IOException {
    rig().webIs(DomainState.RUNNING);

    String reply = send(QmpRequest.of("query-status", "{}"));

    assertThat(Json.read(reply).path("running").asBoolean()).isTrue();
    assertThat(touched()).isEmpty();
  }

  @Test
  default void aCommandThatMayChangeTheMachineIsOnRecord() throws Exception {
    rig().webIs(DomainState.RUNNING);
    long before = rig().host().eventRange().newest();

    assertThat(send(QmpRequest.of("stop", "{}"))).isEqualTo("{}");

    rig().host().await(WEB, Set.of(DomainState.PAUSED), HostRig.PATIENCE);
    HandTouch touch = touched().orElseThrow();
    assertThat(touch.command()).isEqualTo("stop");
    try (EventStream events = rig().host().events(before)) {
      DomainEvent told = events.next(HostRig.PATIENCE).orElseThrow();
      assertThat(told.body()).isEqualTo(new EventBody.Touched("stop"));
      assertThat(told.actor()).isEqualTo(touch.actor());
    }
    rig().destroy();
    assertThat(touched()).isEmpty();
  }

  @Test
  default void whoWatchesIsToldWhatQemuTells() throws IOException {
    rig().webIs(DomainState.RUNNING);
    long last = rig().host().qmpEvents(WEB, -1, HostRig.PATIENCE).last();
    send(QmpRequest.of("stop", "{}"));

    List<String> names = new ArrayList<>();
    while (!names.contains("STOP")) {
      QmpEvents events = rig().host().qmpEvents(WEB, last, HostRig.PATIENCE);
      assertThat(events.last()).isGreaterThan(last);
      assertThat(events.missed()).isZero();
      for (String event : events.events()) {
        names.add(Json.text(Json.read(event), "event"));
      }
      last = events.last();
    }
    assertThat(rig().host().qmpEvents(WEB, last, Duration.ofMillis(20)).events()).isEmpty();
  }

  @Test
  default void whatTheSchemaDoesNotAllowIsNotSent() {
    rig().webIs(DomainState.RUNNING);

    isInvalid(QmpRequest.of("query-stauts", "{}"), "query-status");
    isInvalid(QmpRequest.of("stop", "{\"gently\":true}"), "arguments.gently");
    isInvalid(QmpRequest.of("blockdev-del", "{}"), "arguments.node-name: is missing");
    assertThat(refusal(QmpRequest.of("query-status", "{}").outOfBand()))
        .isEqualTo(InvalidRequestException.class);
    assertThat(touched()).isEmpty();
    assertThat(rig().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  default void whatIsSentRawIsForQemuToRefuse() {
    rig().webIs(DomainState.RUNNING);

    assertThat(refusal(QmpRequest.of("query-stauts", "{}").raw()))
        .isEqualTo(QemuRefusedException.class);
  }

  @Test
  default void whatWouldTakeTheMachineFromTheHostIsNeverSent() {
    rig().webIs(DomainState.RUNNING);

    assertThat(refusal(QmpRequest.of("quit", "{}"))).isEqualTo(InvalidRequestException.class);
    assertThat(refusal(QmpRequest.of("quit", "{}").raw())).isEqualTo(InvalidRequestException.class);
    assertThat(rig().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  default void qmpNeedsAMachine() {
    rig().webIs(DomainState.SHUTOFF);

    assertThat(refusal(QmpRequest.of("query-status", "{}"))).isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> host.qmpSchema(WEB))).isEqualTo(InvalidStateException.class);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.qmp(NONE, QmpRequest.of("query-status", "{}"), CallOptions.none())))
        .isEqualTo(NotFoundException.class);
  }

  @Test
  default void argumentsAreOneObjectThatEverybodyReadsAlike() {
    for (String text :
        new String[] {"", "[]", "7", "{", "{} {}", "{\"a\":1,\"a\":2}", "{\"a\":\"\\ud800\"}"}) {
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> QmpRequest.of("stop", text));
    }
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> QmpRequest.of("sto p", "{}"));
  }

  @Test
  default void whatTheMachinesQemuTakesCanBeRead() throws IOException {
    rig().webIs(DomainState.PAUSED);

    QmpSchema schema = QmpSchema.read("", Json.read(rig().host().qmpSchema(WEB)));

    assertThat(schema.supports("query-status")).isTrue();
  }

  private String send(QmpRequest request) {
    return rig().host().qmp(WEB, request, CallOptions.within(HostRig.PATIENCE));
  }

  private Optional<HandTouch> touched() {
    return rig().host().domain(WEB).machine().flatMap(machine -> machine.touched());
  }

  private Class<?> refusal(QmpRequest request) {
    return rig().errorOf(host -> host.qmp(WEB, request, CallOptions.none()));
  }

  private void isInvalid(QmpRequest request, String words) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> send(request))
        .withMessageContaining(words);
  }
}
