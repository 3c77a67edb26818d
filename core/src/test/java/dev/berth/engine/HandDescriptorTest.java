package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.host.CallOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.Resources;
import dev.berth.json.Json;
import dev.berth.machine.ProcessExit;
import dev.berth.testing.FakeLauncher.Job;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.contract.OpenFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** File descriptors that go with commands by hand: where they arrive, and that none stays. */
final class HandDescriptorTest extends EngineFixture {
  private static final QmpRequest ADD = QmpRequest.of("add-fd", "{}");
  private static final CallOptions PATIENT = CallOptions.within(TestHost.PATIENCE);

  /** For what never comes. */
  private static final Duration SHORT = Duration.ofMillis(200);

  private FakeMachine machine;
  private RandomAccessFile file;

  @BeforeEach
  void aMachineThatRunsAndAFile() throws IOException {
    machine = running();
    file = new RandomAccessFile(directory.resolve("given.raw").toFile(), "rw");
  }

  @AfterEach
  void nothingStaysOpen() throws IOException {
    file.close();
    eventually(() -> assertThat(stillOpen()).isEmpty());
  }

  @Test
  void theFileArrivesWithTheCommand() throws Exception {
    add();
    host.api().qmp(WEB, QmpRequest.of("getfd", "{}"), given(), PATIENT);

    long inode = (Long) Files.getAttribute(directory.resolve("given.raw"), "unix:ino");
    assertThat(received("add-fd").inode()).hasValue(inode);
    assertThat(received("getfd").inode()).hasValue(inode);
    assertThat(received("getfd").arguments().path("fdname").asText()).isEqualTo("image");
    file.close();
    assertThat(stillOpen()).as("closed before the call returns").isEmpty();
  }

  @Test
  void nothingIsSentBehindADescriptorBeforeItsReply() throws Exception {
    machine.monitor().hold("add-fd");
    CompletableFuture<String> adding = TestHost.async(this::add);
    machine.monitor().awaitReceived("add-fd", 1, TestHost.PATIENCE);

    CompletableFuture<String> asking =
        TestHost.async(() -> host.api().qmp(WEB, QmpRequest.of("query-name", "{}"), PATIENT));
    assertThatThrownBy(
            () ->
                host.api()
                    .qmp(
                        WEB,
                        QmpRequest.of("query-version", "{}"),
                        CallOptions.within(Duration.ofMillis(50))))
        .isInstanceOf(DeadlineExceededException.class);
    assertThat(machine.monitor().received())
        .extracting(FakeQemu.Received::command)
        .endsWith("add-fd");

    machine.monitor().release("add-fd");
    assertThat(asking.get(20, TimeUnit.SECONDS)).contains("fake");
    assertThat(adding.get(20, TimeUnit.SECONDS)).contains("10000");
  }

  @Test
  void twoAtOnceGetNumbersOfTheirOwn() throws Exception {
    machine.monitor().hold("query-fdsets");
    CompletableFuture<String> one = TestHost.async(this::add);
    CompletableFuture<String> other = TestHost.async(this::add);
    machine.monitor().awaitReceived("query-fdsets", 2, TestHost.PATIENCE);
    machine.monitor().release("query-fdsets");

    assertThat(List.of(number(one), number(other))).containsExactlyInAnyOrder(10_000, 10_001);
  }

  @Test
  void numbersGoOnWhereTheHostBeforeHasStopped() throws Exception {
    add();
    reopen();
    host.await("web", DomainState.RUNNING);

    assertThat(number(TestHost.async(this::add))).isEqualTo(10_001);
  }

  @Test
  void whatTheCallerWaitsForNoMoreIsClosedWhenItIsAnswered() throws Exception {
    machine.monitor().hold("add-fd");

    assertThatThrownBy(
            () -> host.api().qmp(WEB, ADD, given(), CallOptions.within(Duration.ofMillis(50))))
        .isInstanceOf(DeadlineExceededException.class);

    machine.monitor().awaitReceived("add-fd", 1, TestHost.PATIENCE);
    machine.monitor().release("add-fd");
    file.close();
    eventually(() -> assertThat(stillOpen()).isEmpty());
  }

  @Test
  void aQemuThatDiesHoldsNothing() throws Exception {
    machine.monitor().hold("add-fd");
    CompletableFuture<String> adding = TestHost.async(this::add);
    machine.monitor().awaitReceived("add-fd", 1, TestHost.PATIENCE);

    machine.die(ProcessExit.UNKNOWN);

    assertThatThrownBy(() -> adding.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(OutcomeUnknownException.class);
    file.close();
    eventually(() -> assertThat(stillOpen()).isEmpty());
  }

  @Test
  void aHostThatIsClosedHoldsNothing() throws Exception {
    machine.monitor().hold("query-fdsets");
    CompletableFuture<String> first = TestHost.async(this::add);
    machine.monitor().awaitReceived("query-fdsets", 1, TestHost.PATIENCE);
    CountDownLatch never = new CountDownLatch(1);
    launcher().hold(Job.PREPARE, never);
    CompletableFuture<String> second = TestHost.async(this::add);

    host.close(SHORT);
    never.countDown();

    for (CompletableFuture<String> call : List.of(first, second)) {
      assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
          .cause()
          .isInstanceOfAny(HostUnreachableException.class, OutcomeUnknownException.class);
    }
    file.close();
    eventually(() -> assertThat(stillOpen()).isEmpty());
  }

  @Test
  void whatCannotBePreparedIsNotSent() {
    BerthException taken = new HostFailureException("Another domain has it.");
    launcher().fail(Job.PREPARE, taken);

    assertThatThrownBy(this::add).hasMessage("Another domain has it.");
    assertThat(machine.monitor().received())
        .noneMatch(received -> received.command().equals("add-fd"));
    assertThat(web().machine().orElseThrow().touched()).isEmpty();
  }

  @Test
  void namesOfTheHostsOwnAreNotTaken() throws Exception {
    Resources tap = Resources.of(Map.of("net-lan", file.getFD()), Map.of());

    assertThatThrownBy(() -> host.api().qmp(WEB, QmpRequest.of("getfd", "{}").raw(), tap, PATIENT))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("names that begin with 'net-' are the host's own");
  }

  private String add() throws IOException {
    return host.api().qmp(WEB, ADD, given(), PATIENT);
  }

  private Resources given() throws IOException {
    return Resources.of(Map.of("image", file.getFD()), Map.of());
  }

  private static int number(CompletableFuture<String> added) throws Exception {
    return Json.read(added.get(20, TimeUnit.SECONDS)).path("fdset-id").asInt();
  }

  private FakeQemu.Received received(String command) throws InterruptedException {
    return machine.monitor().awaitReceived(command, 1, TestHost.PATIENCE);
  }

  private List<String> stillOpen() throws IOException {
    Path given = directory.resolve("given.raw");
    return OpenFiles.ofThisProcess().stream().filter(given.toString()::equals).toList();
  }
}
