package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a client may read of a machine's ports that may only look. */
@ExtendWith(LeakCheck.class)
final class ReadOnlyConsoleTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;

  private final MemoryHost host = MemoryHost.create();
  private RawPeer client;
  private ClientConnection connection;
  private Thread serving;

  @BeforeEach
  void aClientThatMayOnlyLook() throws IOException {
    host.define(
        new DefinitionDocument(
            "{name: web, memory: 64MiB, consoles: [aux], channels: [chan]}",
            "web.yaml",
            Path.of("/")),
        new DefineCondition.Always());
    host.start(WEB, StartMode.RUNNING, CallOptions.none());
    assertThat(host.domain(WEB).status().state()).isEqualTo(DomainState.RUNNING);
    var address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(address);
      client = new RawPeer(SocketChannel.open(address));
      connection = connection(new Wire(listener.accept(), Protocol.MAX_REQUEST_BYTES));
    }
    serving = NamedThreads.single("berth-control-1", connection::serve);
    serving.start();
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    serving.join();
    assertThat(connection.awaitThreads(30_000)).isTrue();
  }

  @Test
  void aConsoleOfTheDefinitionIsRead() throws Exception {
    assertThat(open("aux").path("result").isObject()).isTrue();
  }

  @Test
  void aChannelIsNotDrained() throws Exception {
    JsonNode refused = open("chan");

    assertThat(refused.at("/error/data/code").asText()).isEqualTo("access-denied");
    assertThat(refused.at("/error/message").asText()).contains("console.open is refused");
    assertThat(open("aux").path("result").isObject()).as("the connection goes on").isTrue();
  }

  private JsonNode open(String port) throws IOException {
    String parameters = "{\"domain\":\"web\",\"name\":\"" + port + "\",\"access\":\"read-only\"}";
    return client.request(1, "console.open", parameters).receive();
  }

  private ClientConnection connection(Wire wire) {
    return new ClientConnection(
        "berth-control-1",
        Peer.user("guest"),
        () -> Access.READ_ONLY,
        wire,
        host::as,
        new Methods(ControlServer.NOT_STOPPABLE),
        ControlLimits.DEFAULT);
  }
}
