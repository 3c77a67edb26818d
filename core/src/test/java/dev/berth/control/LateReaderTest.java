package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Clients that do not read for long: they are held up, not disconnected, and miss nothing. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class LateReaderTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir private Path directory;

  private final MemoryHost host = MemoryHost.create();
  private Path socket;
  private ControlServer server;

  @BeforeEach
  void start() {
    socket = directory.resolve("control.sock");
    server =
        new ControlServer(
                host::as,
                socket,
                ControlAccess.OWNER_ONLY,
                ControlServer.NOT_STOPPABLE,
                new ControlLimits(8, 4, Duration.ofSeconds(5)))
            .start();
    host.define(
        new DefinitionDocument("name: web\nmemory: 64MiB\n", "web.yaml", Path.of("/")),
        new DefineCondition.Always());
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void everyRequestThatWasSentIsAnsweredInTheEnd() throws Exception {
    host.guestWrites(WEB, "x".repeat(10_000));
    try (RawPeer late = RawPeer.connect(socket)) {
      late.channel.configureBlocking(false);
      int sent = 0;
      ByteBuffer request = request(sent);
      while (late.channel.write(request) > 0) {
        if (!request.hasRemaining()) {
          sent++;
          request = request(sent);
        }
      }
      othersAreServed();

      late.channel.configureBlocking(true);
      BitSet answered = new BitSet();
      for (int i = 0; i < sent; i++) {
        JsonNode reply = late.receive();
        assertThat(reply.has("result")).as("%s", reply).isTrue();
        answered.set(reply.path("id").asInt());
      }
      assertThat(answered.cardinality()).isEqualTo(sent).isGreaterThan(20);
    }
  }

  @Test
  void aSubscriberFindsEveryEventThatHappenedWhileItDidNotRead() throws Exception {
    try (RawPeer late = RawPeer.connect(socket)) {
      late.request(1, "events.subscribe", "{\"after\":0}");
      for (int i = 0; i < 1_000; i++) {
        host.start(WEB, StartMode.RUNNING, CallOptions.none());
        host.destroy(WEB, Duration.ZERO, CallOptions.none());
      }
      othersAreServed();

      assertThat(late.receive().has("result")).isTrue();
      long newest = host.eventRange().newest();
      for (long sequence = 1; sequence <= newest; sequence++) {
        assertThat(late.receive().at("/params/sequence").asLong()).isEqualTo(sequence);
      }
      assertThat(newest).isGreaterThan(2_000);
    }
  }

  private static ByteBuffer request(int id) {
    return ByteBuffer.wrap(
        ("{\"jsonrpc\":\"2.0\",\"id\":"
                + id
                + ",\"method\":\"domain.log\",\"params\":"
                + "{\"domain\":\"web\",\"kind\":\"console\",\"maxBytes\":10000}}\n")
            .getBytes(StandardCharsets.UTF_8));
  }

  private void othersAreServed() throws Exception {
    try (RawPeer other = RawPeer.connect(socket)) {
      assertThat(other.request(7, "domain.list", "{}").receive().path("result")).hasSize(1);
    }
  }
}
