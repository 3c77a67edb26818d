package dev.berth.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.ByteSize;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpLoop;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The key of a stream is in a file as short as can be, whatever QEMU says. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
final class StreamCredentialsTest {
  private static final String PARAMETERS = "migrate-set-parameters";

  private final StreamKey key = StreamKey.random();

  @TempDir Path directory;
  private FakeQemu qemu;
  private QmpLoop loop;
  private QmpConnection qmp;
  private MachineFiles files;

  @BeforeEach
  void connect() throws Exception {
    qemu = FakeQemu.listen(directory.resolve("qmp"));
    qemu.answer(PARAMETERS, "{}").answer("object-add", "{}").answer("object-del", "{}");
    loop = QmpLoop.start("berth-test-qmp", Runnable::run);
    qmp =
        loop.connect(qemu.socket(), Duration.ofMinutes(1), new CompletableFuture<>(), event -> {})
            .get(60, TimeUnit.SECONDS);
    files = new MachineFiles(directory, directory, new ByteSize(1));
  }

  @AfterEach
  void disconnect() {
    qmp.close();
    loop.close();
    qemu.close();
  }

  @Test
  void aReceiverKeepsItsFileUntilItIsTakenBack() throws Exception {
    credentials().giveReceiver(key);
    assertThat(files.streamKeyDirectory()).isNotEmptyDirectory();

    credentials().takeBack();

    assertThat(files.streamKeyDirectory()).doesNotExist();
  }

  @Test
  void aFileGoesAlsoWhenQemuDoesNotForgetIt() throws Exception {
    credentials().giveReceiver(key);
    qemu.refuse(PARAMETERS, "GenericError", "not now");

    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> credentials().takeBack());

    assertThat(files.streamKeyDirectory()).doesNotExist();
  }

  @Test
  void nothingIsLeftOfWhatCouldNotBeGiven() {
    qemu.answer(
        "object-add",
        arguments -> {
          qemu.refuse(PARAMETERS, "GenericError", "not now");
          return Json.object();
        });
    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> credentials().giveReceiver(key));
    assertThat(files.streamKeyDirectory()).doesNotExist();

    qemu.answer(PARAMETERS, "{}").refuse("object-add", "GenericError", "no GnuTLS");
    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> credentials().giveSender(key))
        .withMessageContaining("no GnuTLS");
    assertThat(files.streamKeyDirectory()).doesNotExist();
  }

  private StreamCredentials credentials() {
    return new StreamCredentials(qmp, files);
  }
}
