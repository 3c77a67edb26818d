package dev.berth.qmp;

import static dev.berth.qmp.TestLoop.PATIENCE;
import static dev.berth.qmp.TestLoop.await;
import static dev.berth.qmp.TestLoop.failure;
import static dev.berth.qmp.TestLoop.soon;
import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.MachineLostException;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.Misbehaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

@ExtendWith(LeakCheck.class)
final class QmpLoopTest {
  private static final Duration MOMENT = Duration.ofMillis(100);

  @TempDir Path directory;
  private final TestLoop loop = new TestLoop();

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void waitsForASocketThatDoesNotExistYet() {
    Path socket = directory.resolve("qmp");
    CompletableFuture<QmpConnection> connecting =
        loop.loop().connect(socket, PATIENCE, event -> {});

    try (FakeQemu qemu = FakeQemu.listen(socket)) {
      assertThat(await(connecting).greeting().major()).isEqualTo(7);
      assertThat(qemu.received()).isNotEmpty();
    }
  }

  @Test
  void saysThatThereIsNoSocketWhenTheDeadlinePasses() {
    assertThat(failure(loop.loop().connect(directory.resolve("none"), MOMENT, event -> {})))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining(directory.resolve("none").toString())
        .hasMessageContaining("there is no such socket");
  }

  @Test
  void aConnectionThatWaitsWithoutADeadlineHoldsUpNoOther() throws IOException {
    Path silent = directory.resolve("silent");
    try (AFUNIXServerSocket server = AFUNIXServerSocket.newInstance()) {
      server.bind(AFUNIXSocketAddress.of(silent));
      CompletableFuture<QmpConnection> waiting =
          loop.loop().connect(silent, Deadline.none().remaining(), event -> {});

      assertThat(failure(loop.loop().connect(directory.resolve("none"), MOMENT, event -> {})))
          .isInstanceOf(DeadlineExceededException.class);

      assertThat(waiting).isNotDone();
      waiting.cancel(false);
    }
  }

  @Test
  void saysThatNobodyListensWhenTheDeadlinePasses() throws IOException {
    Path socket = directory.resolve("left-over");
    AFUNIXServerSocket server = AFUNIXServerSocket.newInstance();
    server.setDeleteOnClose(false);
    server.bind(AFUNIXSocketAddress.of(socket));
    server.close();

    assertThat(failure(loop.loop().connect(socket, MOMENT, event -> {})))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("nobody listens");
  }

  @Test
  void saysThatTheListenerAcceptsNothingWhenItsBacklogIsFull() throws IOException {
    Path socket = directory.resolve("full");
    try (AFUNIXServerSocket server = AFUNIXServerSocket.newInstance()) {
      server.bind(AFUNIXSocketAddress.of(socket), 1);
      List<CompletableFuture<QmpConnection>> connecting = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        connecting.add(loop.loop().connect(socket, MOMENT, event -> {}));
      }

      assertThat(connecting)
          .map(TestLoop::failure)
          .hasOnlyElementsOfType(DeadlineExceededException.class)
          .extracting(Throwable::getMessage)
          .anyMatch(message -> message.contains("accepts no connections"))
          .anyMatch(message -> message.contains("did not finish the handshake"));
    }
  }

  @Test
  void givesUpAsSoonAsQemuIsGone() {
    var process = new CompletableFuture<Integer>();
    CompletableFuture<QmpConnection> connecting =
        loop.loop().connect(directory.resolve("qmp"), PATIENCE, process, event -> {});

    process.complete(1);

    assertThat(failure(connecting))
        .isInstanceOf(MachineLostException.class)
        .hasMessageContaining("QEMU ended before its monitor");
  }

  @Test
  void tellsThatAConnectionWasTakenBeforeTheHandshakeIsThrough() {
    try (FakeQemu qemu = FakeQemu.listen(directory.resolve("qmp"), Misbehaviour.NO_GREETING)) {
      QmpConnecting connecting =
          loop.loop()
              .connecting(
                  qemu.socket(),
                  PATIENCE,
                  new CompletableFuture<>(),
                  event -> {},
                  CommandGate.OPEN);

      await(connecting.accepted());
      assertThat(connecting.usable()).isNotDone();

      connecting.abandon();
      assertThat(connecting.usable()).isCancelled();
    }
  }

  @Test
  void aConnectionThatNobodyTakesFailsInBothSteps() {
    var process = new CompletableFuture<Integer>();
    QmpConnecting connecting =
        loop.loop()
            .connecting(directory.resolve("qmp"), PATIENCE, process, event -> {}, CommandGate.OPEN);

    process.complete(1);

    assertThat(failure(connecting.usable())).isInstanceOf(MachineLostException.class);
    assertThat(failure(connecting.accepted())).isInstanceOf(MachineLostException.class);
  }

  @Test
  void aConnectionThatIsAbandonedAfterTheHandshakeIsClosed() {
    try (FakeQemu qemu = FakeQemu.listen(directory.resolve("qmp"))) {
      QmpConnecting connecting =
          loop.loop()
              .connecting(
                  qemu.socket(),
                  PATIENCE,
                  new CompletableFuture<>(),
                  event -> {},
                  CommandGate.OPEN);
      QmpConnection connection = await(connecting.usable());

      connecting.abandon();

      assertThat(await(connection.disconnected()).reason()).isEqualTo(QmpDisconnect.Reason.CLOSED);
    }
  }

  @Test
  void anAttemptThatIsOverWaitsForNoProcess() {
    CompletableFuture<Void> process = new CompletableFuture<>();
    Path socket = directory.resolve("none");
    for (int attempt = 0; attempt < 10; attempt++) {
      failure(loop.loop().connect(socket, Duration.ofMillis(1), process, event -> {}));
    }

    eventually(() -> assertThat(process.getNumberOfDependents()).isZero());
  }

  @Test
  void qemusEndAfterTheHandshakeDoesNotTouchTheConnection() throws InterruptedException {
    var process = new CompletableFuture<Integer>();
    try (FakeQemu qemu = FakeQemu.listen(directory.resolve("qmp"))) {
      QmpConnection connection =
          await(loop.loop().connect(qemu.socket(), PATIENCE, process, event -> {}));
      process.complete(0);

      connection.execute(new PlainCommand("query-status"), soon());
      assertThat(connection.disconnected()).isNotDone();
    }
  }

  @Test
  void cancellingGivesTheMonitorFree() {
    try (FakeQemu qemu = FakeQemu.listen(directory.resolve("qmp"))) {
      // The second waits for its greeting, as a monitor has one client at a time.
      QmpConnection first = loop.connect(qemu.socket());
      CompletableFuture<QmpConnection> second =
          loop.loop().connect(qemu.socket(), PATIENCE, event -> {});
      CompletableFuture<QmpConnection> third =
          loop.loop().connect(qemu.socket(), PATIENCE, event -> {});
      second.cancel(false);
      first.close();

      assertThat(await(third).greeting().major()).isEqualTo(7);
    }
  }

  @Test
  void refusesAPathThatIsTooLongForASocket() {
    Path path = Path.of("/tmp", "x".repeat(110));

    assertThat(failure(loop.loop().connect(path, PATIENCE, event -> {})))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("115 bytes")
        .hasMessageContaining("107");
  }

  @Test
  void refusesAFileThatIsNoSocket() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "not a socket");

    assertThat(failure(loop.loop().connect(file, MOMENT, event -> {})))
        .isInstanceOfAny(DeadlineExceededException.class, HostFailureException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void oneThreadServesFiftyConnections() throws InterruptedException {
    List<FakeQemu> qemus = new ArrayList<>();
    try {
      List<CompletableFuture<QmpConnection>> connecting = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        qemus.add(FakeQemu.listen(directory.resolve("qmp" + i)));
        connecting.add(loop.loop().connect(qemus.get(i).socket(), PATIENCE, event -> {}));
      }
      List<QmpConnection> connections = connecting.stream().map(TestLoop::await).toList();
      for (int round = 0; round < 5; round++) {
        connections.stream()
            .map(connection -> connection.send(new PlainCommand("query-status")))
            .toList()
            .forEach(TestLoop::await);
      }
      qemus.get(7).hangUp();
      await(connections.get(7).disconnected());
      connections.get(8).execute(new PlainCommand("query-status"), soon());

      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .filteredOn(name -> name.startsWith("berth-"))
          .containsOnlyOnce("berth-qmp-test")
          .hasSizeLessThanOrEqualTo(3); // and at most two for callbacks
    } finally {
      qemus.forEach(FakeQemu::close);
    }
  }

  @Test
  void oneHostilePeerDelaysNoOther() throws InterruptedException {
    try (FakeQemu good = FakeQemu.listen(directory.resolve("good"));
        FakeQemu silent = FakeQemu.listen(directory.resolve("bad"), Misbehaviour.NEVER_READ)) {
      QmpConnection stuck = loop.connect(silent.socket());
      QmpConnection healthy = loop.connect(good.socket());
      List<CompletableFuture<?>> pending = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        pending.add(stuck.send(new PlainCommand("query-status")));
      }

      for (int i = 0; i < 100; i++) {
        healthy.execute(new PlainCommand("query-status"), soon());
      }
      assertThat(pending).noneMatch(CompletableFuture::isDone);
      stuck.close();
      assertThat(pending).map(TestLoop::failure).hasSize(500);
    }
  }
}
