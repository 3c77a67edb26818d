package dev.berth.qmp;

import static dev.berth.qmp.TestLoop.await;
import static dev.berth.qmp.TestLoop.failure;
import static dev.berth.qmp.TestLoop.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.error.DeadlineExceededException;
import dev.berth.error.MachineLostException;
import dev.berth.error.QemuRefusedException;
import dev.berth.qapi.block.BlockDeviceInfo;
import dev.berth.qapi.block.BlockdevAdd;
import dev.berth.qapi.block.BlockdevDel;
import dev.berth.qapi.block.BlockdevOptions;
import dev.berth.qapi.block.QueryNamedBlockNodes;
import dev.berth.qapi.control.QueryCommands;
import dev.berth.qapi.introspect.QueryQmpSchema;
import dev.berth.qapi.misc.AddFd;
import dev.berth.qapi.misc.AddfdInfo;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.misc.FdsetInfo;
import dev.berth.qapi.misc.QueryFdsets;
import dev.berth.qapi.misc.RemoveFd;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qapi.runstate.RunState;
import dev.berth.qapi.runstate.StatusInfo;
import dev.berth.qapi.sockets.SocketAddress;
import dev.berth.qapi.yank.QueryYank;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a real QEMU does, on a machine without hardware. */
@ExtendWith(LeakCheck.class)
final class RealQemuMonitorTest {
  @TempDir Path directory;
  private final TestLoop loop = new TestLoop();
  private Process qemu;
  private QmpConnection connection;

  @BeforeEach
  void start() throws IOException {
    Path socket = directory.resolve("qmp");
    qemu =
        new ProcessBuilder(
                TestQemu.installed().emulator().toString(),
                "-M",
                "none",
                "-S",
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-qmp",
                "unix:" + socket + ",server=on,wait=off",
                "-qmp",
                "unix:" + directory.resolve("other") + ",server=on,wait=off")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("stderr").toFile())
            .start();
    connection = await(loop.loop().connect(socket, TestLoop.PATIENCE, qemu.onExit(), event -> {}));
  }

  @AfterEach
  void end() throws InterruptedException {
    loop.close();
    qemu.destroyForcibly();
    qemu.waitFor();
  }

  @Test
  void greetsNegotiatesAndAnswers() throws InterruptedException {
    StatusInfo status = connection.execute(new QueryStatus(), soon());

    assertThat(connection.greeting().offersOutOfBand()).isTrue();
    assertThat(connection.peerPid()).isEqualTo(OptionalLong.of(qemu.pid()));
    assertThat(status.running()).isFalse();
    assertThat(status.status()).isEqualTo(RunState.PRELAUNCH);
    assertThat(connection.execute(new QueryCommands(), soon()))
        .extracting(command -> command.name())
        .contains("query-status", "blockdev-add");
    assertThat(connection.execute(new QueryQmpSchema(), soon()).size()).isGreaterThan(500);
  }

  @Test
  void anEventIsNotMissedThoughItComesBeforeTheReply() throws InterruptedException {
    try (Expectation resumed = connection.expect(event -> event.name().equals("RESUME"))) {
      connection.execute(new Cont(), soon());

      assertThat(resumed.await(soon()).timestamp()).isAfter(Instant.EPOCH);
    }
  }

  @Test
  void aFileThatWasPassedAndClosedHereIsOpenThere() throws Exception {
    AddfdInfo added;
    try (var file = new RandomAccessFile(directory.resolve("disk").toFile(), "rw")) {
      file.setLength(1 << 20);
      added =
          connection.execute(
              AddFd.builder().fdsetId(7).opaque("rdwr:disk").build(), file.getFD(), soon());
    }
    assertThat(added.fdsetId()).isEqualTo(7);

    connection.execute(
        new BlockdevAdd(BlockdevOptions.File.builder("/dev/fdset/7").nodeName("disk").build()),
        soon());
    assertThat(connection.execute(new QueryNamedBlockNodes(), soon()))
        .extracting(BlockDeviceInfo::nodeName)
        .contains(Optional.of("disk"));

    connection.execute(new BlockdevDel("disk"), soon());
    connection.execute(new Cont(), soon()); // 7.2 forgets sets only while the guest runs
    connection.execute(new RemoveFd(7), soon());
    assertThat(connection.execute(new QueryFdsets(), soon()))
        .extracting(FdsetInfo::fdsetId)
        .doesNotContain(7L);
  }

  @Test
  void pipelinedDescriptorsKeepTheirCommands() throws IOException, InterruptedException {
    List<CompletableFuture<AddfdInfo>> added = new ArrayList<>();
    try (var file = new RandomAccessFile(directory.resolve("disk").toFile(), "rw")) {
      for (long set = 1; set <= 20; set++) {
        added.add(
            connection.send(
                AddFd.builder().fdsetId(set).opaque("set" + set).build(), file.getFD()));
      }
      added.forEach(TestLoop::await);
    }

    assertThat(connection.execute(new QueryFdsets(), soon()))
        .hasSize(20)
        .allSatisfy(
            set ->
                assertThat(set.fds())
                    .singleElement()
                    .satisfies(fd -> assertThat(fd.opaque()).contains("set" + set.fdsetId())));
  }

  @Test
  void aStoppedProcessIsSilentOnBothLanesAndItsLateReplyIsConsumed() throws Exception {
    signal("STOP");
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(
            () -> connection.execute(new QueryStatus(), Deadline.of(Duration.ofMillis(200))));
    CompletableFuture<SignOfLife> probe = connection.probe();
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(
            () -> connection.execute(new QueryStatus(), Deadline.of(Duration.ofMillis(200))));
    assertThat(probe).isNotDone();
    assertThat(connection.oldestPendingAge()).isGreaterThan(Duration.ofMillis(300));

    signal("CONT");
    await(probe);
    assertThat(connection.execute(new QueryStatus(), soon()).running()).isFalse();
    assertThat(connection.oldestPending()).isEmpty();
    assertThat(connection.unknownReplies()).isZero();
  }

  /**
   * A server that accepts and never speaks keeps QEMU's main loop waiting in blockdev-add. That
   * comes by another monitor, so that none of this one's commands is taken from its queue.
   */
  @Test
  void aBlockedMainLoopAnswersTheProbeHoweverManyCommandsAreWaiting() throws Exception {
    QmpConnection other = loop.connect(directory.resolve("other"));
    Path server = directory.resolve("nbd");
    List<CompletableFuture<StatusInfo>> waiting = new ArrayList<>();
    CompletableFuture<?> blocked;
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(server));
      var nbd =
          BlockdevOptions.Nbd.builder(new SocketAddress.Unix(server.toString()))
              .nodeName("remote")
              .build();
      blocked = other.send(new BlockdevAdd(nbd));
      try (SocketChannel accepted = listener.accept()) {
        assertThat(accepted.isConnected()).isTrue();
        for (int i = 0; i < 30; i++) {
          waiting.add(connection.send(new QueryStatus()));
        }

        assertThat(await(connection.probe()).lane()).isEqualTo(SignOfLife.Lane.OUT_OF_BAND);
        assertThat(await(connection.sendOutOfBand(new QueryYank()))).isNotEmpty();
        assertThat(blocked).isNotDone();
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
      }
    }

    assertThat(failure(blocked)).isInstanceOf(QemuRefusedException.class);
    waiting.forEach(TestLoop::await);
  }

  @Test
  void anOutOfBandCommandThatIsNotAllowedIsRefused() {
    assertThat(failure(connection.sendOutOfBand(new QueryStatus())))
        .isInstanceOf(QemuRefusedException.class)
        .hasMessageContaining("does not support OOB");
  }

  @Test
  void quitEndsQemuAndTheConnection() throws InterruptedException {
    assertThat(await(connection.quit()).reason()).isEqualTo(QmpDisconnect.Reason.HUNG_UP);
    assertThat(qemu.waitFor()).isZero();
  }

  @Test
  void killingQemuEndsTheConnection() {
    qemu.destroyForcibly();

    assertThat(await(connection.disconnected()).reason()).isEqualTo(QmpDisconnect.Reason.HUNG_UP);
    assertThat(failure(connection.send(new QueryStatus())))
        .isInstanceOf(MachineLostException.class);
  }

  private void signal(String name) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(qemu.pid())).start().waitFor())
        .isZero();
  }
}
