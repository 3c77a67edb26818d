package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Who may have a host take machines, of those who may change everything. */
@ExtendWith(LeakCheck.class)
final class ArrivalAccessTest {
  private static final String ABOUT =
      "{\"domain\":\"6b0e4c5e-3a40-4f0e-9a57-0f7f8a1d2c33\",\"job\":\"7b1e0c94a2d9\"}";

  @TempDir Path directory;

  private final MemoryHost host = MemoryHost.create();

  @Test
  void whoeverIsNeitherRootNorTheHostsUserIsRefused() throws Exception {
    for (Peer peer : new Peer[] {Peer.user("erin"), Peer.certificate("ops")}) {
      JsonNode refused = take(peer);

      assertThat(refused.at("/error/data/code").asText()).isEqualTo("access-denied");
      assertThat(refused.at("/error/message").asText())
          .contains("arrival.take is for hosts of root and of this host's own user")
          .contains("'tls-hosts'");
    }
  }

  @Test
  void theHostsUserAndAHostOfTheSameTrustAreNot() throws Exception {
    for (Peer peer : new Peer[] {Peer.owner("berth"), Peer.host("host-b")}) {
      JsonNode answer = take(peer);

      assertThat(answer.at("/error/data/code").asText()).isEqualTo("unsupported");
      assertThat(answer.at("/error/message").asText()).contains("takes no machines");
    }
  }

  @Test
  void nobodyHasAThreadOfTheHostWaitForLong() {
    assertThat(ArrivalMethods.bounded(Duration.ofDays(1))).isEqualTo(Duration.ofSeconds(30));
    assertThat(ArrivalMethods.bounded(Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(5));
  }

  private JsonNode take(Peer peer) throws Exception {
    Path socket = directory.resolve("socket-" + peer.actor().replace(':', '-'));
    var address = UnixDomainSocketAddress.of(socket);
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(address);
      try (RawPeer client = new RawPeer(SocketChannel.open(address))) {
        ClientConnection connection = connection(peer, listener.accept());
        Thread serving = NamedThreads.single("berth-control-1", connection::serve);
        serving.start();
        JsonNode answer = client.request(1, ArrivalMethods.TAKE, ABOUT).receive();
        connection.finish();
        serving.join();
        assertThat(connection.awaitThreads(30_000)).isTrue();
        return answer;
      }
    }
  }

  private ClientConnection connection(Peer peer, SocketChannel channel) throws IOException {
    return new ClientConnection(
        "berth-control-1",
        peer,
        () -> Access.FULL,
        new Wire(channel, Protocol.MAX_REQUEST_BYTES),
        host::as,
        new Methods(ControlServer.NOT_STOPPABLE),
        ControlLimits.DEFAULT);
  }
}
