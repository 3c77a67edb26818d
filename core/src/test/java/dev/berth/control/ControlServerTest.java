package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.error.BusyException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server among clients that are wrong, rude or gone. Each test ends with a client that is served.
 */
@ExtendWith(LeakCheck.class)
final class ControlServerTest {
  private static final ControlLimits LIMITS = new ControlLimits(120, 4, Duration.ofSeconds(5));
  private static final DomainRef WEB = DomainRef.of("web");
  private static final String FOREVER =
      "{\"domain\":\"web\",\"states\":[\"crashed\"],\"timeoutMillis\":3600000}";

  @TempDir Path directory;

  private final MemoryHost host = MemoryHost.create();
  private Path socket;
  private ControlServer server;

  @BeforeEach
  void start() {
    socket = directory.resolve("control.sock");
    server =
        new ControlServer(
                host::as, socket, ControlAccess.OWNER_ONLY, ControlServer.NOT_STOPPABLE, LIMITS)
            .start();
    host.define(
        new DefinitionDocument("name: web\nmemory: 64MiB\n", "web.yaml", Path.of("/")),
        new DefineCondition.Always());
  }

  @AfterEach
  void close() throws IOException {
    if (Files.exists(socket)) {
      othersAreServed();
    }
    server.close();
    assertThat(socket).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"garbage", "{\"jsonrpc\":", "\u0000\u0001", "{} {}", "", "[[[[[[[", "nul", "1e"})
  void aLineThatIsNotJsonIsAnsweredAndTheNextOneServed(String line) throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      assertError(peer.send(line + "\n").receive(), -32700, "invalid-request", "JSON");
      assertThat(peer.request(1, "domain.list", "{}").receive().path("result")).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "7",
        "null",
        "{}",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"hello\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"hello\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}"
      })
  void jsonThatIsNoRequestIsAnswered(String line) throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      assertError(peer.send(line + "\n").receive(), -32600, "invalid-request", "should be|request");
    }
  }

  @Test
  void anUnknownMethodIsNamed() throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      JsonNode reply = peer.request(1, "domain.teleport", "{}").receive();
      assertError(reply, -32601, "unsupported", "'domain.teleport'");
      assertThat(reply.path("id").asInt()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "domain.get      | {}                                                | 'domain'",
        "domain.get      | {\"domain\":7}                                    | 'domain'",
        "domain.get      | {\"domain\":\"../x\"}                             | '../x'",
        "domain.get      | {\"domain\":\"web\",\"colour\":1}                 | 'colour'",
        "domain.get      | []                                                | 'params'",
        "domain.start    | {\"domain\":\"web\",\"mode\":\"fast\"}            | 'mode'",
        "domain.start    | {\"domain\":\"web\",\"deadlineMillis\":\"1\"}     | 'deadlineMillis'",
        "domain.start    | {\"domain\":\"web\",\"deadlineMillis\":-1}        | 'deadlineMillis'",
        "domain.start    | {\"domain\":\"web\",\"onBehalfOf\":\"\"}          | 'onBehalfOf'",
        "domain.start    | {\"domain\":\"web\",\"onBehalfOf\":\"a\\nb\"}     | 'onBehalfOf'",
        "domain.set-cpus | {\"domain\":\"web\",\"cpus\":4294967297}     | 'cpus'",
        "domain.destroy  | {\"domain\":\"web\"}                              | 'graceMillis'",
        "domain.destroy  | {\"domain\":\"web\",\"graceMillis\":1.5}          | 'graceMillis'",
        "domain.shutdown | {\"domain\":\"web\",\"afterwards\":\"x\"}         | 'afterwards'",
        "domain.await    | {\"domain\":\"web\",\"timeoutMillis\":1}          | 'states'",
        "domain.await    | {\"domain\":\"web\",\"states\":[\"x\"]}           | 'states'",
        "domain.await    | {\"domain\":\"web\",\"states\":[]}                | 'states'",
        "domain.log      | {\"domain\":\"web\",\"kind\":\"qemu\",\"maxBytes\":16777217} |"
            + " 'maxBytes'",
        "domain.define   | {\"text\":\"\"}                                   | 'baseDirectory'",
        "domain.define   | {\"text\":\"\",\"baseDirectory\":\"x\"}           | 'baseDirectory'",
        "domain.define   | {\"text\":\"\",\"baseDirectory\":\"/\",\"condition\":7} | 'condition'",
        "events.subscribe| {}                                                | 'after'",
        "hello           | {\"protocol\":99999999999}                        | 'protocol'",
        "hello           | {\"protocol\":1,\"version\":2}                   | 'version'"
      })
  void aWrongParameterIsRefusedByItsName(String method, String params, String named)
      throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      assertError(peer.request(1, method, params).receive(), -32602, "invalid-request", named);
      assertThat(host.domain(WEB).generation()).isEqualTo(1);
    }
  }

  @Test
  void anotherProtocolVersionIsRefusedWithBothVersions() throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      assertError(
          peer.request(1, "hello", "{\"protocol\":7}").receive(),
          -32000,
          "unsupported",
          "version 1 .*not 7");
    }
  }

  @Test
  void aNotificationIsObeyedAndNotAnswered() throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      peer.send(
          "{\"jsonrpc\":\"2.0\",\"method\":\"domain.start\",\"params\":{\"domain\":\"web\"}}\n");
      host.await(WEB, Set.of(DomainState.RUNNING), Duration.ofSeconds(30));
      assertThat(peer.request(5, "domain.list", "{}").receive().path("id").asInt()).isEqualTo(5);
    }
  }

  @Test
  void aLineOf20MegabytesEndsTheConnectionWithAReason() throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      var sender =
          new Thread(
              () -> {
                try {
                  peer.send(new byte[20 * 1024 * 1024]);
                } catch (IOException expected) {
                  Thread.currentThread().interrupt();
                }
              });
      sender.start();
      assertError(peer.receive(), -32600, "invalid-request", "16777216");
      assertThat(peer.isClosedByPeer()).isTrue();
      sender.join();
    }
  }

  @Test
  void halfALineAndDeathHarmsNobody() throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      peer.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.destr");
    }
    try (RawPeer peer = RawPeer.connect(socket)) {
      peer.request(1, "domain.await", FOREVER);
    }
  }

  @Test
  void aRequestWhoseSenderEndedItsSideIsAnswered() throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      peer.request(1, "domain.list", "{}");
      peer.channel.shutdownOutput();
      assertThat(peer.receive().path("result")).hasSize(1);
      assertThat(peer.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void aHundredIdleClientsLeaveRoomForOthers() throws Exception {
    List<RawPeer> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        idle.add(RawPeer.connect(socket));
      }
      othersAreServed();
    } finally {
      for (RawPeer peer : idle) {
        peer.close();
      }
    }
  }

  @Test
  void oneClientTooManyIsToldSo() throws Exception {
    List<RawPeer> served = new ArrayList<>();
    try {
      for (int i = 0; i < LIMITS.clients(); i++) {
        RawPeer peer = RawPeer.connect(socket);
        served.add(peer);
        peer.request(1, "domain.list", "{}").receive();
      }
      assertThatThrownBy(() -> VmHost.connect(URI.create("unix:" + socket)))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("120 clients");
    } finally {
      for (RawPeer peer : served) {
        peer.close();
      }
    }
    awaitTrue(this::isServed);
  }

  @Test
  void aClientWithTooManyCallsInFlightWaitsAndIsThenServed() throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      for (int id = 1; id <= LIMITS.callsInFlight(); id++) {
        peer.request(id, "domain.await", FOREVER);
      }
      peer.request(99, "domain.list", "{}");
      othersAreServed();
      host.guestPanics(WEB);
      List<Integer> ids = new ArrayList<>();
      for (int i = 0; i <= LIMITS.callsInFlight(); i++) {
        ids.add(peer.receive().path("id").asInt());
      }
      assertThat(ids).containsExactlyInAnyOrder(1, 2, 3, 4, 99);
      assertThat(ids.get(0)).isNotEqualTo(99);
    }
  }

  @Test
  void aClientThatNeverReadsHarmsNobody() throws Exception {
    host.guestWrites(WEB, "x".repeat(1_000_000));
    try (RawPeer deaf = RawPeer.connect(socket);
        RawPeer subscriber = RawPeer.connect(socket)) {
      subscriber.request(1, "events.subscribe", "{\"after\":0}");
      deaf.channel.configureBlocking(false);
      String log =
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.log\",\"params\":"
              + "{\"domain\":\"web\",\"kind\":\"console\",\"maxBytes\":1000000}}\n";
      while (deaf.channel.write(ByteBuffer.wrap(log.getBytes())) > 0) {
        // Until the server does not read it any more.
      }
      for (int i = 0; i < 500; i++) {
        host.start(WEB, StartMode.RUNNING, CallOptions.none());
        host.destroy(WEB, Duration.ZERO, CallOptions.none());
      }
      othersAreServed();
    }
  }

  @Test
  void aSecondSubscriptionOrAConsoleBesideOneIsRefused() throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      assertThat(peer.request(1, "events.subscribe", "{\"after\":1}").receive().has("result"))
          .isTrue();
      assertError(
          peer.request(2, "events.subscribe", "{\"after\":1}").receive(),
          -32602,
          "invalid-request",
          "another one");
      assertError(
          peer.request(3, "console.open", "{\"domain\":\"web\"}").receive(),
          -32602,
          "invalid-request",
          "of its own");
    }
  }

  @Test
  void aConsoleWhoseClientDiesIsFreeForTheNext() throws Exception {
    host.start(WEB, StartMode.RUNNING, CallOptions.none());
    try (RawPeer peer = RawPeer.connect(socket)) {
      peer.request(1, "console.open", "{\"domain\":\"web\"}").receive();
      peer.send("typed");
      awaitTrue(() -> host.typed(WEB).equals("typed"));
    }
    awaitTrue(
        () -> {
          try {
            host.console(WEB).close();
            return true;
          } catch (BusyException e) {
            return false;
          }
        });
  }

  @Test
  void closingLetsRepliesInFlightGoOutAndEndsWaitsAfterItsLimit() throws Exception {
    try (RawPeer quick = RawPeer.connect(socket);
        RawPeer subscriber = RawPeer.connect(socket);
        RawPeer console = RawPeer.connect(socket)) {
      host.start(WEB, StartMode.RUNNING, CallOptions.none());
      subscriber.request(1, "events.subscribe", "{\"after\":0}").receive();
      console.request(1, "console.open", "{\"domain\":\"web\"}").receive();
      quick.request(1, "domain.await", FOREVER);
      quick.request(2, "domain.list", "{}");
      assertThat(quick.receive().path("id").asInt()).isEqualTo(2);
      var closer = new Thread(server::close);
      closer.start();
      awaitTrue(() -> !Files.exists(socket));
      host.guestPanics(WEB);
      assertThat(quick.receive().at("/result/status/state").asText()).isEqualTo("crashed");
      assertThat(quick.isClosedByPeer()).isTrue();
      assertThat(subscriber.isClosedByPeer()).isTrue();
      assertThat(console.isClosedByPeer()).isTrue();
      closer.join();
    }
  }

  @Test
  void closingDoesNotWaitForEverForACallInFlight() throws Exception {
    Path other = directory.resolve("other.sock");
    var limits = new ControlLimits(4, 4, Duration.ofMillis(50));
    var impatient =
        new ControlServer(
            host::as, other, ControlAccess.OWNER_ONLY, ControlServer.NOT_STOPPABLE, limits);
    try (RawPeer peer = connectTo(impatient.start(), other)) {
      peer.request(1, "domain.await", FOREVER);
      peer.request(2, "domain.list", "{}").receive();
      impatient.close();
      assertThat(peer.isClosedByPeer()).isTrue();
    }
  }

  private static RawPeer connectTo(ControlServer started, Path path) throws IOException {
    assertThat(started).isNotNull();
    return RawPeer.connect(path);
  }

  private void othersAreServed() throws IOException {
    try (RawPeer other = RawPeer.connect(socket)) {
      assertThat(other.request(7, "domain.list", "{}").receive().path("result")).hasSize(1);
    }
  }

  private boolean isServed() {
    try (VmHost other = VmHost.connect(URI.create("unix:" + socket))) {
      return other.list().size() == 1;
    } catch (BusyException e) {
      return false;
    }
  }

  private static void assertError(JsonNode reply, int number, String code, String message) {
    assertThat(reply.at("/error/code").asInt()).as("%s", reply).isEqualTo(number);
    assertThat(reply.at("/error/data/code").asText()).isEqualTo(code);
    assertThat(reply.at("/error/message").asText()).containsPattern(message);
  }

  private static void awaitTrue(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }
}
