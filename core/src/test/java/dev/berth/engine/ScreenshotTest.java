package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineLostException;
import dev.berth.error.MachineStalledException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.machine.ProcessExit;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Screenshots that come, do not come, or are no pictures. None leaves a file. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class ScreenshotTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final Duration SHORT = Duration.ofMillis(50);

  @TempDir Path directory;
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;

  @BeforeEach
  void startADomain() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = new TestHost(store, machines);
    host.api()
        .define(
            TestHost.document("name: web\nmemory: 64MiB\nvideo: vga\n"),
            new DefineCondition.Always());
    host.start("web");
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void whatIsOnTheScreenIsInThePicture() throws IOException {
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(screenshot()));

    assertThat(picture.getWidth()).isEqualTo(3);
    assertThat(picture.getHeight()).isEqualTo(1);
    assertThat(picture.getRGB(0, 0)).isEqualTo(0xffff0000);
    assertThat(picture.getRGB(1, 0)).isEqualTo(0xff00ff00);
    assertThat(picture.getRGB(2, 0)).isEqualTo(0xff0000ff);
    assertThat(file()).doesNotExist();
  }

  @Test
  void theFileIsForTheHostsUserAlone() throws Exception {
    machine().monitor().hold("screendump");
    CompletableFuture<byte[]> picture = TestHost.async(this::screenshot);
    machine().monitor().awaitReceived("screendump", 1, TestHost.PATIENCE);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    machine().monitor().release("screendump");
    assertThat(picture).succeedsWithin(TestHost.PATIENCE);
    assertThat(file()).doesNotExist();
  }

  @Test
  void whoAsksMeanwhileSharesTheNext() throws Exception {
    machine().monitor().hold("screendump");
    List<CompletableFuture<byte[]>> pictures = new ArrayList<>();
    pictures.add(TestHost.async(this::screenshot));
    machine().monitor().awaitReceived("screendump", 1, TestHost.PATIENCE);
    for (int i = 0; i < 8; i++) {
      pictures.add(driver().screenshot("somebody", true));
    }
    host.api().pause(WEB, CallOptions.within(TestHost.PATIENCE)); // a turn after all of theirs

    machine().monitor().release("screendump");

    for (CompletableFuture<byte[]> picture : pictures) {
      assertThat(picture).succeedsWithin(TestHost.PATIENCE);
    }
    assertThat(machine().monitor().received())
        .filteredOn(command -> command.command().equals("screendump"))
        .hasSize(2);
  }

  @Test
  void whatQemuRefusesIsTold() {
    machine().monitor().refuse("screendump", "GenericError", "no surface");

    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(this::screenshot)
        .withMessageContaining("no surface");
    assertThat(file()).doesNotExist();
  }

  @Test
  void whatIsNoPictureIsToldAndDoesNoHarm() {
    for (String bytes : List.of("", "P6\n3 1\n255\nabc", "P6\n99999 99999\n255\n", "GIF89a")) {
      machine().screen().show(bytes.getBytes(StandardCharsets.US_ASCII));

      assertThatExceptionOfType(HostFailureException.class)
          .as(bytes)
          .isThrownBy(this::screenshot)
          .withMessageContaining("cannot be used as a screenshot");
      assertThat(file()).doesNotExist();
    }
  }

  @Test
  void whatIsPutInThePlaceOfTheFileIsNotRead() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "P6\n1 1\n255\nabc");
    machine().monitor().hold("screendump");
    CompletableFuture<byte[]> picture = TestHost.async(this::screenshot);
    machine().monitor().awaitReceived("screendump", 1, TestHost.PATIENCE);
    Path written = Files.move(file(), directory.resolve("moved"));
    Files.createSymbolicLink(file(), secret);

    machine().monitor().release("screendump");

    assertThat(ImageIO.read(new ByteArrayInputStream(picture.get())).getWidth()).isEqualTo(3);
    assertThat(file()).doesNotExist();
    assertThat(secret).exists();
    Files.delete(written);
  }

  @Test
  void aQemuThatHangsCostsItsCallerTheDeadlineAndNothingIsLeft() {
    machine().monitor().hold("screendump");

    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(DeadlineExceededException.class)
          .isThrownBy(() -> host.api().screenshot(WEB, CallOptions.within(SHORT)));
    }
    assertThat(host.api().list()).hasSize(1);
    machine().monitor().release("screendump");

    eventually(() -> assertThat(file()).doesNotExist());
    assertThat(screenshot()).isNotEmpty();
  }

  @Test
  void noMoreThanSomeWaitForTheNext() throws Exception {
    machine().monitor().hold("screendump");
    List<CompletableFuture<byte[]>> pictures = new ArrayList<>();
    pictures.add(driver().screenshot("somebody", true));
    machine().monitor().awaitReceived("screendump", 1, TestHost.PATIENCE);
    for (int i = 0; i < Screenshots.MOST_WAITING; i++) {
      pictures.add(driver().screenshot("somebody", true));
    }

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(this::screenshot)
        .withMessageContaining("Try again");
    machine().monitor().release("screendump");

    for (CompletableFuture<byte[]> picture : pictures) {
      assertThat(picture).succeedsWithin(TestHost.PATIENCE);
    }
  }

  @Test
  void whoHasGoneTakesNobodysPlace() throws Exception {
    machine().monitor().hold("screendump");
    CompletableFuture<byte[]> first = driver().screenshot("somebody", true);
    machine().monitor().awaitReceived("screendump", 1, TestHost.PATIENCE);

    for (int i = 0; i < Screenshots.MOST_WAITING + 1; i++) {
      assertThatExceptionOfType(DeadlineExceededException.class)
          .isThrownBy(() -> host.api().screenshot(WEB, CallOptions.within(SHORT)));
    }
    machine().monitor().release("screendump");

    assertThat(first).succeedsWithin(TestHost.PATIENCE);
    assertThat(screenshot()).isNotEmpty();
  }

  @Test
  void aStalledMachineIsNotAskedWithoutADeadline() {
    machine().hang();
    TestHost.async(() -> host.api().pause(WEB, CallOptions.within(TestHost.PATIENCE)));
    eventually(
        () ->
            assertThat(host.domain("web").machine().orElseThrow().liveness())
                .isEqualTo(Liveness.STALLED));

    assertThatExceptionOfType(MachineStalledException.class)
        .isThrownBy(() -> host.api().screenshot(WEB, CallOptions.none()));
    assertThat(file()).doesNotExist();
  }

  @Test
  void aMachineThatEndsMeanwhileIsTold() throws Exception {
    machine().monitor().hold("screendump");
    CompletableFuture<byte[]> first = driver().screenshot("somebody", true);
    machine().monitor().awaitReceived("screendump", 1, TestHost.PATIENCE);
    CompletableFuture<byte[]> second = driver().screenshot("somebody", true);

    machine().die(ProcessExit.UNKNOWN);

    assertThat(first).failsWithin(TestHost.PATIENCE);
    // Which of the two depends on whether it was heard before the machine's end.
    assertThat(second)
        .failsWithin(TestHost.PATIENCE)
        .withThrowableOfType(ExecutionException.class)
        .havingCause()
        .isInstanceOfAny(MachineLostException.class, InvalidStateException.class);
    host.await("web", DomainState.SHUTOFF);
  }

  @Test
  void whatAHostThatWasKilledHasLeftGoesAtTheNextAdoption() throws IOException {
    host.close();
    Files.writeString(file(), "half a picture");
    openNextHost();

    eventually(() -> assertThat(file()).doesNotExist());
    assertThat(screenshot()).isNotEmpty();
  }

  @Test
  void aHostThatClosesMeanwhileTellsItsCallerAndTheNextLeavesNoFile() throws Exception {
    machine().monitor().hold("screendump");
    CompletableFuture<byte[]> picture = TestHost.async(this::screenshot);
    machine().monitor().awaitReceived("screendump", 1, TestHost.PATIENCE);

    host.close();

    assertThat(picture)
        .failsWithin(TestHost.PATIENCE)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(HostUnreachableException.class);
    openNextHost();
    eventually(() -> assertThat(file()).doesNotExist());
  }

  private void openNextHost() {
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host = new TestHost(store, machines);
  }

  private DomainDriver driver() {
    return host.engine().domains().get(WEB);
  }

  private byte[] screenshot() {
    return host.api().screenshot(WEB, CallOptions.within(TestHost.PATIENCE));
  }

  private FakeMachine machine() {
    return machines.of("web");
  }

  private Path file() {
    return machine().launch().files().screenFile();
  }
}
