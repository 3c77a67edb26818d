package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.DefinitionDocument;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EventStream;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client of a server that is wrong, silent or gone. */
@ExtendWith(LeakCheck.class)
final class RemoteHostFailureTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final String EMPTY_LIST = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":[]}\n";

  @TempDir Path directory;

  @Test
  void nobodyThereIsNamedWithTheRemedy() throws Exception {
    assertThatThrownBy(() -> VmHost.connect(uri("control.sock")))
        .isInstanceOf(HostUnreachableException.class)
        .hasMessageContaining(directory.resolve("control.sock").toString())
        .hasMessageContaining("no such socket")
        .hasMessageContaining("vmctl daemon run");

    leaveSocketBehind(directory.resolve("stale.sock"));
    assertThatThrownBy(() -> VmHost.connect(uri("stale.sock")))
        .isInstanceOf(HostUnreachableException.class)
        .hasMessageContaining("no process listens");

    Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> VmHost.connect(uri("file")))
        .isInstanceOf(HostUnreachableException.class);
  }

  @Test
  void aPathThatFitsNoSocketIsNobody() {
    assertThatThrownBy(() -> VmHost.connect(uri("x".repeat(120))))
        .isInstanceOf(HostUnreachableException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://localhost/", "unix:?", "unix:relative.sock", "/run/berth/control.sock"})
  void anotherUriIsRefused(String uri) {
    assertThatThrownBy(() -> VmHost.connect(URI.create(uri)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("unix:/path/to/control.sock");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage\n",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":7}\n",
        "{\"jsonrpc\":\"2.0\",\"id\":1}\n",
        ""
      })
  void aServerThatSaysNoHelloIsNoHost(String answer) throws Exception {
    try (var server =
        new ScriptedServer(
            directory.resolve("s"),
            client -> {
              client.receive();
              client.send(answer).close();
            })) {
      assertThatThrownBy(() -> VmHost.connect(server.uri()))
          .isInstanceOf(HostUnreachableException.class);
    }
  }

  @Test
  void aHostOfAnotherProtocolVersionIsUnsupported() throws Exception {
    String refusal =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,\"message\":\"version 9\","
            + "\"data\":{\"code\":\"unsupported\"}}}\n";
    try (var server =
        new ScriptedServer(
            directory.resolve("s"),
            client -> {
              client.receive();
              client.send(refusal);
            })) {
      assertThatThrownBy(() -> VmHost.connect(server.uri()))
          .isInstanceOf(UnsupportedException.class)
          .hasMessage("Cannot talk to the host at '" + directory.resolve("s") + "': version 9");
    }
  }

  @Test
  void repliesToNobodyAreDropped() throws Exception {
    try (var server =
            new ScriptedServer(
                directory.resolve("s"),
                client -> {
                  client.receive();
                  client.send(EMPTY_LIST.formatted(77));
                  client.send("{}\n[]\n7\n\"text\"\n{\"id\":\"x\"}\n" + ScriptedServer.HELLO);
                  client.receive();
                  client.send(EMPTY_LIST.formatted(99) + EMPTY_LIST.formatted(2));
                });
        VmHost host = VmHost.connect(server.uri())) {
      assertThat(host.list()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"jsonrpc\":\"2.0\",\"id\":2,\"res", "garbage\n"})
  void aLostConnectionTellsChangesFromReadsAndTheNextCallConnectsAnew(String lastWords)
      throws Exception {
    ScriptedServer.Script rude =
        client -> {
          client.greet();
          client.receive();
          client.send(lastWords).close();
        };
    try (var server =
            new ScriptedServer(
                directory.resolve("s"),
                rude,
                rude,
                client -> {
                  client.greet();
                  client.receive();
                  client.send(EMPTY_LIST.formatted(2));
                });
        VmHost host = VmHost.connect(server.uri())) {
      assertThatThrownBy(() -> host.start(WEB, StartMode.RUNNING, CallOptions.none()))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("domain.start");
      assertThatThrownBy(host::list)
          .isInstanceOf(HostUnreachableException.class)
          .hasMessageContaining("domain.list");
      assertThat(host.list()).isEmpty();
    }
  }

  @Test
  void aReplyThatIsNoneFailsItsCallAlone() throws Exception {
    try (var server =
            new ScriptedServer(
                directory.resolve("s"),
                client -> {
                  client.greet();
                  client.receive();
                  client.send("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":[{\"name\":7}]}\n");
                  client.receive();
                  client.send("{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":\"done\"}\n");
                  client.receive();
                  client.send(EMPTY_LIST.formatted(4));
                });
        VmHost host = VmHost.connect(server.uri())) {
      assertThatThrownBy(host::list)
          .isInstanceOf(HostUnreachableException.class)
          .hasMessageContaining("'name'");
      assertThatThrownBy(() -> host.pause(WEB, CallOptions.none()))
          .isInstanceOf(OutcomeUnknownException.class);
      assertThat(host.list()).isEmpty();
    }
  }

  @Test
  void anInterruptedCallerEndsItsOwnWaitAndTheConnectionGoesOn() throws Exception {
    var asked = new CountDownLatch(1);
    try (var server =
            new ScriptedServer(
                directory.resolve("s"),
                client -> {
                  client.greet();
                  client.receive();
                  asked.countDown();
                  client.receive();
                  client.send(EMPTY_LIST.formatted(2) + EMPTY_LIST.formatted(3));
                });
        VmHost host = VmHost.connect(server.uri())) {
      var failure = new AtomicReference<Throwable>();
      var caller =
          new Thread(
              () -> {
                try {
                  host.start(WEB, StartMode.RUNNING, CallOptions.none());
                } catch (DeadlineExceededException e) {
                  failure.set(Thread.currentThread().isInterrupted() ? e : null);
                }
              });
      caller.start();
      asked.await();
      caller.interrupt();
      caller.join();
      assertThat(failure.get())
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("goes on");
      assertThat(host.list()).isEmpty();
    }
  }

  @Test
  void aRequestTooLargeForAnyHostIsNotSent() throws Exception {
    try (var server =
            new ScriptedServer(
                directory.resolve("s"),
                client -> {
                  client.greet();
                  client.receive();
                  client.send(EMPTY_LIST.formatted(3));
                });
        VmHost host = VmHost.connect(server.uri())) {
      var document =
          new DefinitionDocument("x".repeat(17 * 1024 * 1024), "large.yaml", Path.of("/"));
      assertThatThrownBy(() -> host.define(document, new DefineCondition.Always()))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("16777216");
      assertThat(host.list()).isEmpty();
    }
  }

  @Test
  void aStreamOfEventsThatBreaksSaysSoAfterItsLastEvent() throws Exception {
    String event =
        "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"sequence\":5,"
            + "\"time\":\"2026-01-01T00:00:00Z\",\"type\":\"t\",\"actor\":\"a\","
            + "\"attributes\":{}}}\n";
    try (var server =
        new ScriptedServer(
            directory.resolve("t"),
            client -> {
              client.greet();
              client.receive();
              client.send(EMPTY_LIST.formatted(2) + event + event).close();
            })) {
      try (EventStream events =
          RemoteEvents.open(new UnixAddress(Path.of(server.uri().getPath())), Json.object())) {
        assertThat(events.next(Duration.ofSeconds(30)).orElseThrow().sequence()).isEqualTo(5);
        assertThat(events.next(Duration.ofSeconds(30)).orElseThrow().sequence()).isEqualTo(5);
        assertThatThrownBy(() -> events.next(Duration.ofDays(1_000_000)))
            .isInstanceOf(HostUnreachableException.class);
      }
    }
  }

  @Test
  void aHostWithABugAnswersWithItsFailure() throws Exception {
    Path socket = directory.resolve("buggy.sock");
    try (var server =
            new ControlServer(
                    actor -> {
                      throw new IllegalStateException("a bug");
                    },
                    socket,
                    ControlAccess.OWNER_ONLY,
                    ControlServer.NOT_STOPPABLE)
                .start();
        RawPeer peer = RawPeer.connect(socket)) {
      assertThat(server).isNotNull();
      assertThat(peer.request(1, "domain.list", "{}").receive().at("/error/code").asInt())
          .isEqualTo(-32603);
      assertThatThrownBy(() -> VmHost.connect(URI.create("unix:" + socket)))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("bug");
    }
  }

  private static void leaveSocketBehind(Path path) throws IOException {
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path));
    }
  }

  private URI uri(String name) {
    return URI.create("unix:" + directory.resolve(name));
  }
}
