package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DomainRef;
import dev.berth.host.EventStream;
import dev.berth.host.LogKind;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Every call through the socket, against a host in memory. */
@ExtendWith(LeakCheck.class)
final class RemoteHostTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;

  private final MemoryHost host = MemoryHost.create();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private ControlServer server;
  private RemoteHost remote;

  @BeforeEach
  void connect() {
    Path socket = directory.resolve("control.sock");
    server =
        new ControlServer(host::as, socket, ControlAccess.OWNER_ONLY, stopped::countDown).start();
    remote = (RemoteHost) VmHost.connect(URI.create("unix:" + socket));
  }

  @AfterEach
  void close() {
    remote.close();
    server.close();
  }

  @Test
  void aDomainLivesItsLifeThroughTheSocket() {
    assertThat(define("web").effect()).isEqualTo(DefineResult.Effect.CREATED);
    assertThat(define("web").effect()).isEqualTo(DefineResult.Effect.UNCHANGED);
    assertThat(remote.list()).isEqualTo(host.list()).hasSize(1);
    assertThat(remote.info()).isEqualTo(host.info());
    assertThat(remote.definition(WEB)).isEqualTo(host.definition(WEB));

    VerbResult start = remote.start(WEB, StartMode.PAUSED, CallOptions.none());
    assertThat(start.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(start.snapshot()).isEqualTo(host.domain(WEB));
    assertThat(remote.resume(WEB, CallOptions.none()).snapshot().status().state())
        .isEqualTo(DomainState.RUNNING);
    remote.pause(WEB, CallOptions.within(PATIENCE));
    remote.reset(WEB, CallOptions.none());
    assertThat(remote.await(WEB, Set.of(DomainState.PAUSED), PATIENCE))
        .isEqualTo(remote.domain(WEB));
    remote.resume(WEB, CallOptions.none());
    remote.shutdown(WEB, ShutdownPolicy.DEFAULT, CallOptions.none());
    assertThat(remote.destroy(WEB, Duration.ofSeconds(1), CallOptions.none()).effect())
        .isEqualTo(VerbResult.Effect.ALREADY);
    remote.undefine(DomainRef.of(remote.domain(WEB).uuid().toString()));
    assertThat(remote.list()).isEmpty();
  }

  @Test
  void errorsArriveAsTheClassTheyWere() {
    InvalidDefinitionException invalid =
        catchThrowableOfType(
            InvalidDefinitionException.class,
            () -> remote.define(document("nmae: web\ncpus: lots\n"), new DefineCondition.Always()));
    assertThat(invalid.problems()).hasSizeGreaterThan(1);
    assertThat(invalid.origin()).isEqualTo("web.yaml");
    assertThatThrownBy(() -> remote.domain(WEB))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("'web'");
    define("web");
    assertThatThrownBy(() -> remote.define(document("name: web\n"), new DefineCondition.Absent()))
        .isInstanceOf(AlreadyExistsException.class);
    assertThatThrownBy(() -> remote.pause(WEB, CallOptions.none()))
        .isInstanceOf(InvalidStateException.class);
    assertThatThrownBy(() -> remote.await(WEB, Set.of(DomainState.CRASHED), Duration.ofMillis(1)))
        .isInstanceOf(DeadlineExceededException.class);
    assertThatThrownBy(() -> remote.log(WEB, LogKind.CONSOLE, 0))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("maxBytes");
  }

  @Test
  void eventsNameTheConnectedUserAndWhomHeActsFor() throws Exception {
    try (EventStream events = remote.events(0)) {
      define("web");
      remote
          .as("billing")
          .define(document("name: web\nmemory: 65MiB\n"), new DefineCondition.Always());

      DomainEvent defined = next(events);
      DomainEvent redefined = next(events);
      String user = "user:" + System.getProperty("user.name");
      assertThat(defined.actor()).isEqualTo(user);
      assertThat(redefined.actor()).isEqualTo(user + "/billing");
      assertThat(events.next(Duration.ZERO)).isEqualTo(Optional.empty());
    }
    try (EventStream events = remote.events(1)) {
      assertThat(next(events).sequence()).isEqualTo(2);
    }
  }

  @Test
  void aLogOfManyMegabytesArrivesWhole() {
    define("web");
    String line = "0123456789abcdef\n";
    host.guestWrites(WEB, line.repeat(1_100_000));

    byte[] log = remote.log(WEB, LogKind.CONSOLE, 16 * 1024 * 1024);

    assertThat(log).isEqualTo(host.log(WEB, LogKind.CONSOLE, 16 * 1024 * 1024));
    assertThat(log).hasSize(16 * 1024 * 1024);
    assertThat(remote.log(WEB, LogKind.QEMU, 100)).isEmpty();
  }

  @Test
  void aConsoleCarriesBytesBothWaysUntilTheMachineEnds() throws Exception {
    define("web");
    remote.start(WEB, StartMode.RUNNING, CallOptions.none());
    try (Console console = remote.console(WEB)) {
      assertThatThrownBy(() -> remote.console(WEB)).isInstanceOf(BusyException.class);
      host.guestWrites(WEB, "login: ");
      assertThat(console.input().readNBytes(7)).isEqualTo(bytes("login: "));
      console.output().write(bytes("root\n"));
      host.guestWrites(WEB, "x");
      assertThat(console.input().read()).isEqualTo('x');
      remote.destroy(WEB, Duration.ZERO, CallOptions.none());
      assertThat(console.input().read()).isEqualTo(-1);
    }
    assertThatThrownBy(() -> remote.console(WEB)).isInstanceOf(InvalidStateException.class);
  }

  @Test
  void aWaitDoesNotHoldUpOtherCallsOfTheConnection() throws Exception {
    define("web");
    var waiter =
        new Thread(() -> remote.await(WEB, Set.of(DomainState.RUNNING), Duration.ofHours(1)));
    waiter.start();

    remote.start(WEB, StartMode.RUNNING, CallOptions.none());

    waiter.join(PATIENCE.toMillis());
    assertThat(waiter.isAlive()).isFalse();
  }

  @Test
  void theDaemonIsStoppedWhereThatIsPossible() throws Exception {
    remote.stopDaemon();
    assertThat(stopped.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

    Path other = directory.resolve("embedded.sock");
    try (var embedded =
            new ControlServer(
                    host::as, other, ControlAccess.OWNER_ONLY, ControlServer.NOT_STOPPABLE)
                .start();
        RemoteHost client = (RemoteHost) VmHost.connect(URI.create("unix:" + other))) {
      assertThat(embedded).isNotNull();
      assertThatThrownBy(client::stopDaemon).isInstanceOf(UnsupportedException.class);
    }
  }

  private DefineResult define(String name) {
    return remote.define(
        document("name: " + name + "\nmemory: 64MiB\n"), new DefineCondition.Always());
  }

  private static DefinitionDocument web() {
    return document("name: web\nmemory: 64MiB\n");
  }

  private static DefinitionDocument document(String text) {
    return new DefinitionDocument(text, "web.yaml", Path.of("/"));
  }

  private static DomainEvent next(EventStream events) throws InterruptedException {
    return events.next(PATIENCE).orElseThrow();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
