package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventBody;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineStalledException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EventStream;
import dev.berth.host.Keystrokes;
import dev.berth.host.VerbResult;
import dev.berth.machine.ProcessExit;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Keys that are pressed, and those that are not any more. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class KeyboardTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final Duration SHORT = Duration.ofMillis(1);

  @TempDir Path directory;
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;

  @BeforeEach
  void startADomain() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = new TestHost(store, machines);
    host.define("web");
    host.start("web");
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void keysArePressedInTheirOrderAndWhoDidItIsOnRecord() throws Exception {
    long before = host.api().eventRange().newest();

    send(Keystrokes.of("ctrl-alt-delete", "ret").holding(SHORT));

    assertThat(pressed()).containsExactly("ctrl-alt-delete", "ret");
    assertThat(holds()).containsOnly(1L);
    try (EventStream events = host.api().events(before)) {
      DomainEvent event = events.next(TestHost.PATIENCE).orElseThrow();
      assertThat(event.actor()).isEqualTo("test");
      assertThat(event.body()).isEqualTo(new EventBody.KeysSent(2));
    }
  }

  @Test
  void whatSeveralTypeIsNotMixed() throws Exception {
    List<CompletableFuture<VerbResult>> all = new ArrayList<>();
    for (String text : List.of("aaaa", "bbbb", "cccc")) {
      all.add(TestHost.async(() -> send(Keystrokes.typing(text).holding(SHORT))));
    }
    for (CompletableFuture<VerbResult> each : all) {
      assertThat(each).succeedsWithin(TestHost.PATIENCE);
    }

    String typed = String.join("", pressed());
    assertThat(typed).hasSize(12).contains("aaaa", "bbbb", "cccc");
  }

  @Test
  void aGuestThatDoesNotRunGetsNoKeys() {
    host.api().pause(WEB, CallOptions.none());

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> send(Keystrokes.of("a")))
        .withMessageContaining("resume it");
    assertThat(pressed()).isEmpty();
  }

  @Test
  void aGuestThatIsPausedMeanwhileGetsNoMoreAndTheCallerIsToldHowMany() throws Exception {
    CompletableFuture<VerbResult> typing =
        TestHost.async(() -> send(Keystrokes.typing("a".repeat(4000)).holding(SHORT)));
    machine().monitor().awaitReceived("send-key", 3, TestHost.PATIENCE);

    host.api().pause(WEB, CallOptions.none());

    assertThat(typing)
        .failsWithin(TestHost.PATIENCE)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(InvalidStateException.class)
        .withMessageContainingAll("Of 4000 keystrokes", "the guest is paused");
    int sent = pressed().size();
    host.api().resume(WEB, CallOptions.none());
    send(Keystrokes.of("z").holding(SHORT));
    assertThat(pressed()).hasSize(sent + 1).endsWith("z");
  }

  @Test
  void aMachineThatEndsMeanwhileIsTold() throws Exception {
    CompletableFuture<VerbResult> typing =
        driver().sendKeys(Keystrokes.typing("a".repeat(4000)).holding(SHORT), "somebody", true);
    CompletableFuture<VerbResult> next =
        driver().sendKeys(Keystrokes.of("b"), "somebody else", true);
    machine().monitor().awaitReceived("send-key", 3, TestHost.PATIENCE);

    machine().die(ProcessExit.UNKNOWN);

    for (CompletableFuture<VerbResult> each : List.of(typing, next)) {
      assertThat(each)
          .failsWithin(TestHost.PATIENCE)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(BerthException.class);
    }
  }

  @Test
  void whatQemuRefusesEndsTheCallAndNotThoseAfterIt() {
    machine().monitor().refuse("send-key", "GenericError", "Invalid parameter 'lang1'");
    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> send(Keystrokes.of("lang1", "a").holding(SHORT)))
        .withMessageContaining("lang1");

    machine().monitor().answer("send-key", "{}");
    send(Keystrokes.of("b").holding(SHORT));

    assertThat(pressed()).containsExactly("lang1", "b");
  }

  @Test
  void aQemuThatHangsCostsItsCallerTheDeadlineAndTheRestIsPressedLater() throws Exception {
    machine().monitor().hold("send-key");

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(
            () ->
                host.api()
                    .sendKeys(
                        WEB,
                        Keystrokes.of("a", "b").holding(SHORT),
                        CallOptions.within(Duration.ofMillis(50))));
    assertThat(host.api().list()).hasSize(1);
    machine().monitor().release("send-key");

    machine().monitor().awaitReceived("send-key", 2, TestHost.PATIENCE);
    assertThat(pressed()).containsExactly("a", "b");
  }

  @Test
  void whoIsToldThatQemuStallsHasNothingPressedAfterThat() {
    machine().monitor().hold("send-key");
    machine().hang();

    assertThatExceptionOfType(MachineStalledException.class)
        .isThrownBy(
            () ->
                host.api()
                    .sendKeys(WEB, Keystrokes.of("a", "b").holding(SHORT), CallOptions.none()));
    machine().goOn();
    machine().monitor().release("send-key");
    send(Keystrokes.of("c").holding(SHORT));

    assertThat(pressed()).containsExactly("a", "c");
  }

  @Test
  void noMoreThanSomeWaitForTheirTurn() throws Exception {
    machine().monitor().hold("send-key");
    List<CompletableFuture<VerbResult>> all = new ArrayList<>();
    for (int i = 0; i < Keyboards.MOST_WAITING; i++) {
      all.add(driver().sendKeys(Keystrokes.of("a").holding(SHORT), "somebody", true));
    }

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> send(Keystrokes.of("b")))
        .withMessageContaining("Try again");
    machine().monitor().release("send-key");

    for (CompletableFuture<VerbResult> each : all) {
      assertThat(each).succeedsWithin(TestHost.PATIENCE);
    }
  }

  @Test
  void aHostThatClosesMeanwhilePressesNoMore() throws Exception {
    CompletableFuture<VerbResult> typing =
        TestHost.async(() -> send(Keystrokes.typing("a".repeat(4000)).holding(SHORT)));
    machine().monitor().awaitReceived("send-key", 3, TestHost.PATIENCE);

    host.close();
    int sent = pressed().size();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host = new TestHost(store, machines);

    assertThat(typing).failsWithin(TestHost.PATIENCE);
    eventually(() -> assertThat(send(Keystrokes.of("z").holding(SHORT))).isNotNull());
    assertThat(pressed()).hasSize(sent + 1).endsWith("z");
  }

  @Test
  void anNmiIsInjectedAndWhoDidItIsOnRecord() throws Exception {
    long before = host.api().eventRange().newest();

    host.api().injectNmi(WEB, CallOptions.within(TestHost.PATIENCE));

    machine().monitor().awaitReceived("inject-nmi", 1, TestHost.PATIENCE);
    try (EventStream events = host.api().events(before)) {
      DomainEvent event = events.next(TestHost.PATIENCE).orElseThrow();
      assertThat(event.actor()).isEqualTo("test");
      assertThat(event.body()).isEqualTo(new EventBody.NmiInjected());
    }
  }

  @Test
  void aMachineWithoutNmisSaysSo() {
    machine().monitor().refuse("inject-nmi", "GenericError", "machine does not provide NMIs");

    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> host.api().injectNmi(WEB, CallOptions.within(TestHost.PATIENCE)))
        .withMessageContaining("machine does not provide NMIs");
  }

  private VerbResult send(Keystrokes keys) {
    return host.api().sendKeys(WEB, keys, CallOptions.within(TestHost.PATIENCE));
  }

  /** Each chord that the machine was told to press. */
  private List<String> pressed() {
    return machine().monitor().received().stream()
        .filter(command -> command.command().equals("send-key"))
        .map(
            command ->
                String.join(
                    "-",
                    StreamSupport.stream(command.arguments().path("keys").spliterator(), false)
                        .map(key -> key.path("data").asText())
                        .toList()))
        .toList();
  }

  private List<Long> holds() {
    return machine().monitor().received().stream()
        .filter(command -> command.command().equals("send-key"))
        .map(command -> command.arguments().path("hold-time").asLong())
        .toList();
  }

  private DomainDriver driver() {
    return host.engine().domains().get(WEB);
  }

  private FakeMachine machine() {
    return machines.of("web");
  }
}
