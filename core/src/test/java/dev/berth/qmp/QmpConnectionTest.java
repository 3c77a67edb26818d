package dev.berth.qmp;

import static dev.berth.qmp.TestLoop.PATIENCE;
import static dev.berth.qmp.TestLoop.await;
import static dev.berth.qmp.TestLoop.failure;
import static dev.berth.qmp.TestLoop.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.MachineLostException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
final class QmpConnectionTest {
  private static final PlainCommand STATUS = new PlainCommand("query-status");

  @TempDir Path directory;
  private final TestLoop loop = new TestLoop();
  private FakeQemu qemu;

  private QmpConnection connect() {
    qemu = FakeQemu.listen(directory.resolve("qmp"));
    return loop.connect(qemu.socket());
  }

  @AfterEach
  void close() {
    loop.close();
    if (qemu != null) {
      qemu.close();
    }
  }

  @Test
  void negotiatesOutOfBandCommandsWhenTheyAreOffered() {
    QmpConnection connection = connect();

    assertThat(connection.greeting().version()).isEqualTo("7.2.22");
    assertThat(connection.greeting().capabilities()).containsExactly("oob");
    assertThat(qemu.received()).hasSize(1);
    assertThat(Json.text(qemu.received().get(0).arguments())).isEqualTo("{\"enable\":[\"oob\"]}");
  }

  @Test
  void doesNotAskForOutOfBandCommandsWhenTheyAreNotOffered() {
    qemu = FakeQemu.listenWithoutOutOfBand(directory.resolve("qmp"));
    QmpConnection connection = loop.connect(qemu.socket());

    assertThat(qemu.received().get(0).arguments()).isEmpty();
    assertThat(failure(connection.sendOutOfBand(STATUS)))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("'query-status' out of band");
    assertThat(await(connection.probe()).lane()).isEqualTo(SignOfLife.Lane.IN_BAND);
  }

  @Test
  void executeReturnsTheReply() throws InterruptedException {
    JsonNode reply = connect().execute(STATUS, soon());

    assertThat(Json.text(reply, "status")).isEqualTo("running");
  }

  @Test
  void aRefusalNamesCommandClassAndQemusOwnWords() {
    QmpConnection connection = connect();
    qemu.refuse("device_del", "DeviceNotFound", "Device 'x' not found");

    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> connection.execute(new PlainCommand("device_del"), soon()))
        .satisfies(
            e -> {
              assertThat(e.command()).isEqualTo("device_del");
              assertThat(e.errorClass()).isEqualTo("DeviceNotFound");
              assertThat(e.description()).isEqualTo("Device 'x' not found");
              assertThat(e.getStackTrace()[1].getClassName()).doesNotContain("Session");
            });
    assertThat(failure(connection.send(new PlainCommand("nonsense"))))
        .isInstanceOf(QemuRefusedException.class)
        .hasMessageContaining("CommandNotFound");
  }

  @Test
  void repliesAreMatchedByIdAndNotByPosition() {
    QmpConnection connection = connect();
    qemu.hold("query-name");

    CompletableFuture<JsonNode> name = connection.send(new PlainCommand("query-name"));
    CompletableFuture<JsonNode> status = connection.send(STATUS);
    assertThat(Json.text(await(status), "status")).isEqualTo("running");
    assertThat(name).isNotDone();
    qemu.release("query-name");

    assertThat(Json.text(await(name), "name")).isEqualTo("fake");
  }

  @Test
  void sevenCommandsAreInFlightAndTheRestFollow() throws InterruptedException {
    QmpConnection connection = connect();
    qemu.hold("query-name");
    List<CompletableFuture<JsonNode>> names = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      names.add(connection.send(new PlainCommand("query-name")));
    }
    qemu.awaitReceived("query-name", 7, PATIENCE);
    await(connection.probe()); // overtakes them, and shows that no eighth was sent

    assertThat(qemu.received()).filteredOn(r -> r.command().equals("query-name")).hasSize(7);
    assertThat(connection.oldestPending().map(PendingCommand::name)).contains("query-name");
    assertThat(connection.oldestPendingAge()).isPositive();
    qemu.release("query-name");
    names.forEach(TestLoop::await);
    assertThat(connection.oldestPending()).isEmpty();
    assertThat(connection.oldestPendingAge()).isZero();
  }

  @Test
  void anExpectationSeesTheEventThatComesBeforeTheReply() throws InterruptedException {
    QmpConnection connection = connect();

    try (Expectation resumed = connection.expect(event -> event.name().equals("RESUME"))) {
      connection.execute(new PlainCommand("stop"), soon());
      connection.execute(new PlainCommand("cont"), soon());
      QmpEvent event = resumed.await(soon());

      assertThat(event.timestamp()).isEqualTo(Instant.ofEpochSecond(1_700_000_000, 250_000_000));
      assertThat(await(resumed.future())).isEqualTo(event);
    }
    assertThat(loop.nextEvent().name()).isEqualTo("STOP");
    assertThat(loop.nextEvent().name()).isEqualTo("RESUME");
  }

  @Test
  void anExpectationWaitsNoLongerThanItsDeadline() throws InterruptedException {
    QmpConnection connection = connect();

    Expectation never = connection.expect(event -> false);
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> never.await(Deadline.of(Duration.ofMillis(1))));

    never.close();

    assertThat(never.future()).isCompletedExceptionally();
  }

  @Test
  void anExpectationFailsWithTheConnectionAndWithItsPredicate() {
    QmpConnection connection = connect();
    Expectation cutOff = connection.expect(event -> false);
    Expectation broken =
        connection.expect(
            event -> {
              throw new IllegalArgumentException("the predicate's own failure");
            });

    qemu.emit("WAKEUP", "{}");
    assertThat(failure(broken.future())).hasMessage("the predicate's own failure");
    qemu.hangUp();
    assertThat(failure(cutOff.future())).isInstanceOf(MachineLostException.class);
    await(connection.disconnected());
    assertThat(failure(connection.expect(event -> true).future()))
        .isInstanceOf(MachineLostException.class);
  }

  @Test
  void aSlowListenerDelaysNoReply() throws InterruptedException {
    qemu = FakeQemu.listen(directory.resolve("qmp"));
    var listening = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    QmpConnection connection =
        await(
            loop.loop()
                .connect(
                    qemu.socket(),
                    PATIENCE,
                    event -> {
                      listening.countDown();
                      awaitLatch(goOn);
                    }));
    qemu.emit("WAKEUP", "{}");
    awaitLatch(listening);

    assertThat(connection.execute(STATUS, soon())).isNotNull();
    assertThat(await(connection.send(STATUS))).isNotNull();
    goOn.countDown();
  }

  @Test
  void ofAStormOfEventsASlowListenerIsToldWhatItMissed() throws InterruptedException {
    qemu = FakeQemu.listen(directory.resolve("qmp"));
    int storm = 100_000;
    var goOn = new CountDownLatch(1);
    var count = new AtomicLong();
    var missed = new AtomicLong();
    QmpConnection connection =
        await(
            loop.loop()
                .connect(
                    qemu.socket(),
                    PATIENCE,
                    new QmpEventListener() {
                      @Override
                      public void event(QmpEvent event) {
                        awaitLatch(goOn);
                        count.incrementAndGet();
                      }

                      @Override
                      public void missed(long many) {
                        missed.addAndGet(many);
                      }
                    }));
    for (int i = 0; i < storm; i++) {
      qemu.emit("RTC_CHANGE", "{\"offset\": 1}");
    }

    // The reply comes after all of them, and does not wait for the listener.
    connection.execute(new PlainCommand("query-status"), soon());
    goOn.countDown();
    connection.close();
    await(connection.disconnected());

    assertThat(count.get() + missed.get()).isEqualTo(storm);
    assertThat(count.get()).isBetween(1L, EventDelivery.MAX_EVENTS + 1L);
  }

  @Test
  void eventsComeBeforeTheDisconnectThatFollowsThem() {
    qemu = FakeQemu.listen(directory.resolve("qmp"));
    List<String> seen = new CopyOnWriteArrayList<>();
    QmpConnection connection =
        await(loop.loop().connect(qemu.socket(), PATIENCE, event -> seen.add(event.name())));
    CompletableFuture<List<String>> seenBeforeTheEnd =
        connection.disconnected().thenApply(end -> List.copyOf(seen));

    for (int i = 0; i < 100; i++) {
      qemu.emit("SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    }
    qemu.hangUp();

    assertThat(await(seenBeforeTheEnd)).hasSize(100).containsOnly("SHUTDOWN");
    assertThat(await(connection.disconnected()).reason()).isEqualTo(QmpDisconnect.Reason.HUNG_UP);
  }

  @Test
  void aDescriptorTravelsWithItsCommand() throws IOException, InterruptedException {
    QmpConnection connection = connect();
    Path file = Files.createFile(directory.resolve("disk"));

    try (var open = new FileInputStream(file.toFile())) {
      List<CompletableFuture<JsonNode>> replies = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        replies.add(connection.send(new PlainCommand("add-fd"), open.getFD()));
      }
      connection.execute(new PlainCommand("getfd"), open.getFD(), soon());
      replies.forEach(TestLoop::await);
    }

    assertThat(qemu.received())
        .filteredOn(r -> r.inode().isPresent())
        .hasSize(5)
        .allSatisfy(
            r ->
                assertThat(r.inode().getAsLong())
                    .isEqualTo((Long) Files.getAttribute(file, "unix:ino")));
  }

  @Test
  void descriptorsDoNotDependOnOutOfBandCommands() throws IOException {
    qemu = FakeQemu.listenWithoutOutOfBand(directory.resolve("qmp"));
    QmpConnection connection = loop.connect(qemu.socket());
    Path file = Files.createFile(directory.resolve("disk"));

    try (var open = new FileInputStream(file.toFile())) {
      assertThat(await(connection.send(new PlainCommand("add-fd"), open.getFD()))).isNotNull();
    }
  }

  @Test
  void aClosedDescriptorFailsItsCommandAlone() throws InterruptedException {
    QmpConnection connection = connect();

    assertThat(failure(connection.send(new PlainCommand("add-fd"), new FileDescriptor())))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("Keep it open");
    assertThat(connection.execute(STATUS, soon())).isNotNull();
  }

  @Test
  void aPassedDeadlineEndsTheWaitAndTheLateReplyIsConsumed() throws InterruptedException {
    QmpConnection connection = connect();
    qemu.hold("query-name");

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(
            () ->
                connection.execute(
                    new PlainCommand("query-name"), Deadline.of(Duration.ofMillis(50))));
    qemu.awaitReceived("query-name", 1, PATIENCE);
    qemu.release("query-name");

    assertThat(connection.execute(STATUS, soon())).isNotNull();
    assertThat(connection.oldestPending()).isEmpty();
    assertThat(connection.unknownReplies()).isZero();
  }

  @Test
  void interruptionEndsTheWaitOnly() throws InterruptedException {
    QmpConnection connection = connect();
    qemu.hold("query-name");
    var outcome = new CompletableFuture<Throwable>();
    var caller =
        new Thread(
            () -> {
              try {
                connection.execute(new PlainCommand("query-name"), Deadline.none());
              } catch (InterruptedException e) {
                outcome.complete(e);
              }
            },
            "berth-test-caller");
    caller.start();
    qemu.awaitReceived("query-name", 1, PATIENCE);

    caller.interrupt();
    assertThat(await(outcome)).isInstanceOf(InterruptedException.class);
    caller.join();
    qemu.release("query-name");

    assertThat(connection.execute(STATUS, soon())).isNotNull();
    assertThat(connection.disconnected()).isNotDone();
  }

  @Test
  void anInterruptedThreadCanSendWithoutHarmToTheConnection() throws InterruptedException {
    QmpConnection connection = connect();
    qemu.hold("query-name");

    Thread.currentThread().interrupt();
    CompletableFuture<JsonNode> reply = connection.send(STATUS);
    assertThatExceptionOfType(InterruptedException.class)
        .isThrownBy(() -> connection.execute(new PlainCommand("query-name"), soon()));

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(await(reply)).isNotNull();
    assertThat(connection.execute(STATUS, soon())).isNotNull();
  }

  @Test
  void quitSucceedsWhenQemuAnswersAndHangsUp() {
    assertThat(await(connect().quit()).reason()).isEqualTo(QmpDisconnect.Reason.HUNG_UP);
  }

  @Test
  void quitFailsWhenItIsRefused() {
    QmpConnection connection = connect();
    qemu.refuse("quit", "GenericError", "not now");

    assertThat(failure(connection.quit())).isInstanceOf(QemuRefusedException.class);
  }

  @Test
  void closingFailsWhatIsPending() throws InterruptedException {
    QmpConnection connection = connect();
    qemu.hold("query-name");
    CompletableFuture<JsonNode> pending = connection.send(new PlainCommand("query-name"));
    qemu.awaitReceived("query-name", 1, PATIENCE);

    connection.close();
    connection.close();

    assertThat(failure(pending)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(await(connection.disconnected()).reason()).isEqualTo(QmpDisconnect.Reason.CLOSED);
    assertThat(failure(connection.send(STATUS))).isInstanceOf(MachineLostException.class);
    assertThat(failure(connection.probe())).isInstanceOf(MachineLostException.class);
    assertThat(failure(connection.quit())).isInstanceOf(MachineLostException.class);
  }

  @Test
  void closingTheLoopClosesItsConnections() {
    QmpConnection connection = connect();
    loop.loop().close();

    assertThat(await(connection.disconnected()).message()).contains("loop was closed");
    assertThat(failure(connection.send(STATUS))).isInstanceOf(MachineLostException.class);
    assertThat(failure(loop.loop().connect(qemu.socket(), PATIENCE, event -> {})))
        .isInstanceOf(MachineLostException.class);
  }

  @Test
  void aReplyThatLacksAMemberIsAnUnknownOutcome() {
    QmpConnection connection = connect();
    qemu.answer("query-status", "{\"running\": true}");

    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> connection.execute(new QueryStatus(), soon()))
        .withMessageContaining("'status' is missing");
  }

  @Test
  void aCommandBiggerThanTheSocketsBufferArrivesWhole() throws InterruptedException {
    QmpConnection connection = connect();
    String big = "x".repeat(3_000_000);
    qemu.answer(
        "object-add", arguments -> Json.object().put("got", Json.text(arguments, "data").length()));

    var command = new BigCommand(big);

    assertThat(Json.number(connection.execute(command, soon()), "got")).isEqualTo(3_000_000);
  }

  private record BigCommand(String data) implements QmpCommand<JsonNode> {
    @Override
    public String command() {
      return "object-add";
    }

    @Override
    public ObjectNode arguments() {
      return Json.object().put("data", data);
    }

    @Override
    public JsonNode decode(JsonNode value) {
      return value;
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this", e);
    }
  }
}
