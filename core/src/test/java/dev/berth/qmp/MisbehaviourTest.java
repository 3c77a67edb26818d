package dev.berth.qmp;

import static dev.berth.qmp.TestLoop.PATIENCE;
import static dev.berth.qmp.TestLoop.await;
import static dev.berth.qmp.TestLoop.failure;
import static dev.berth.qmp.TestLoop.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.MachineLostException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.Misbehaviour;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
final class MisbehaviourTest {
  private static final PlainCommand STATUS = new PlainCommand("query-status");

  @TempDir Path directory;
  private final TestLoop loop = new TestLoop();
  private FakeQemu qemu;

  private FakeQemu listen(Misbehaviour misbehaviour) {
    qemu = FakeQemu.listen(directory.resolve("qmp"), misbehaviour);
    return qemu;
  }

  @AfterEach
  void close() {
    loop.close();
    qemu.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"NO_GREETING", "HALF_GREETING_THEN_SILENCE"})
  void aMonitorThatDoesNotGreetIsGivenUpAtTheDeadline(Misbehaviour misbehaviour) {
    Path socket = listen(misbehaviour).socket();

    assertThat(failure(loop.loop().connect(socket, Duration.ofMillis(100), event -> {})))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("another client may own the monitor");
  }

  @Test
  void somethingThatIsNotQemuIsToldByItsOwnWords() {
    Path socket = listen(Misbehaviour.GARBAGE_GREETING).socket();

    assertThat(failure(loop.loop().connect(socket, PATIENCE, event -> {})))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("220 mail.example.org");
  }

  @Test
  void hangingUpInTheHandshakeIsALostMachine() {
    Path socket = listen(Misbehaviour.CLOSE_BEFORE_GREETING).socket();

    assertThat(failure(loop.loop().connect(socket, PATIENCE, event -> {})))
        .isInstanceOf(MachineLostException.class);
  }

  @Test
  void aRefusedNegotiationIsPassedOn() {
    Path socket = listen(Misbehaviour.REFUSE_CAPABILITIES).socket();

    assertThat(failure(loop.loop().connect(socket, PATIENCE, event -> {})))
        .isInstanceOf(QemuRefusedException.class)
        .hasMessageContaining("Capability oob is not available");
  }

  @ParameterizedTest
  @EnumSource(names = {"EVENT_BEFORE_GREETING", "EVENT_INSIDE_HANDSHAKE"})
  void anEventInTheHandshakeIsNotLost(Misbehaviour misbehaviour) throws InterruptedException {
    loop.connect(listen(misbehaviour).socket());

    assertThat(loop.nextEvent().name()).isEqualTo("RESUME");
  }

  @ParameterizedTest
  @CsvSource({
    "GARBAGE_LINE, NOT_QMP",
    "ALIEN_LINE, NOT_QMP",
    "DEEPLY_NESTED_REPLY, NOT_QMP",
    "SECOND_GREETING, NOT_QMP",
    "TWENTY_MEBIBYTE_LINE, FRAME_TOO_LONG",
    "ERROR_WITHOUT_ID, REJECTED",
    "CLOSE_MID_REPLY, HUNG_UP",
    "CLOSE_INSTEAD_OF_REPLY, HUNG_UP",
  })
  void aBrokenReplyEndsTheConnectionAndEveryPendingCommandHearsTheFirstCause(
      Misbehaviour misbehaviour, QmpDisconnect.Reason reason) {
    QmpConnection connection = loop.connect(listen(misbehaviour).socket());

    CompletableFuture<JsonNode> first = connection.send(STATUS);
    CompletableFuture<JsonNode> second = connection.send(STATUS);
    QmpDisconnect end = await(connection.disconnected());

    assertThat(end.reason()).isEqualTo(reason);
    assertThat(failure(first))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining(end.message());
    assertThat(failure(second))
        .isInstanceOfAny(OutcomeUnknownException.class, MachineLostException.class)
        .hasMessageContaining(end.message());
    assertThat(failure(connection.send(STATUS)))
        .isInstanceOf(MachineLostException.class)
        .hasMessageContaining(end.message());
  }

  @ParameterizedTest
  @EnumSource(names = {"SILENCE_AFTER_HANDSHAKE", "HALF_LINE_THEN_SILENCE", "NEVER_READ"})
  void silenceIsNoFailureUntilTheCallersDeadline(Misbehaviour misbehaviour) {
    QmpConnection connection = loop.connect(listen(misbehaviour).socket());

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> connection.execute(STATUS, Deadline.of(Duration.ofMillis(100))));
    assertThat(connection.probe()).isNotDone();
    assertThat(connection.disconnected()).isNotDone();
  }

  @Test
  void whatWasNeverWrittenIsLostAndNotUnknown() {
    QmpConnection connection = loop.connect(listen(Misbehaviour.NEVER_READ).socket());
    CompletableFuture<JsonNode> first = connection.send(STATUS);
    for (int i = 0; i < 20; i++) {
      connection.send(STATUS);
    }
    CompletableFuture<JsonNode> last = connection.send(STATUS);

    connection.close();

    assertThat(failure(first)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(failure(last)).isInstanceOf(MachineLostException.class);
  }

  @Test
  void aCommandThatWasNotSentInTimeIsNeverSent() {
    QmpConnection connection = loop.connect(listen(Misbehaviour.SILENCE_AFTER_HANDSHAKE).socket());
    for (int i = 0; i < Outbox.MAX_IN_FLIGHT; i++) {
      connection.send(STATUS);
    }

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(
            () ->
                connection.execute(
                    new PlainCommand("query-name"), Deadline.of(Duration.ofMillis(50))))
        .withMessageContaining("will not be");
    assertThat(qemu.received()).noneMatch(r -> r.command().equals("query-name"));
  }

  @Test
  void anyAnswerToAProbeIsASignOfLife() {
    QmpConnection connection = loop.connect(listen(Misbehaviour.NONE).socket());
    qemu.refuse("query-yank", "CommandNotFound", "The command query-yank has not been found");

    assertThat(await(connection.probe()).lane()).isEqualTo(SignOfLife.Lane.OUT_OF_BAND);
    assertThat(qemu.received()).anyMatch(r -> r.outOfBand() && r.command().equals("query-yank"));
  }

  @Test
  void anOutOfBandCommandThatIsNotAllowedIsRefused() {
    QmpConnection connection = loop.connect(listen(Misbehaviour.NONE).socket());

    BerthException failure = (BerthException) failure(connection.sendOutOfBand(STATUS));
    assertThat(failure)
        .isInstanceOf(QemuRefusedException.class)
        .hasMessageContaining("does not support OOB");
  }

  @Test
  void repliesToCommandsThatNobodyGaveAreCountedAndDropped() throws InterruptedException {
    QmpConnection connection = loop.connect(listen(Misbehaviour.UNKNOWN_ID).socket());

    connection.execute(STATUS, soon());

    assertThat(connection.unknownReplies()).isEqualTo(2);
  }

  @Test
  void aReplyMayComeInSingleBytes() throws InterruptedException {
    QmpConnection connection =
        loop.connect(listen(Misbehaviour.REPLY_SPLIT_AT_EVERY_BYTE).socket());

    assertThat(Json.text(connection.execute(STATUS, soon()), "status")).isEqualTo("running");
  }

  @Test
  void hangingUpInsteadOfAnsweringQuitIsASuccess() {
    QmpConnection connection = loop.connect(listen(Misbehaviour.CLOSE_INSTEAD_OF_REPLY).socket());

    assertThat(await(connection.quit()).reason()).isEqualTo(QmpDisconnect.Reason.HUNG_UP);
  }

  @Test
  void garbageInsteadOfAnsweringQuitIsNone() {
    QmpConnection connection = loop.connect(listen(Misbehaviour.GARBAGE_LINE).socket());

    assertThat(failure(connection.quit()))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("before it hung up");
  }
}
