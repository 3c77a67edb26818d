package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.json.Json;
import dev.berth.testing.Eventually;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import dev.berth.testing.contract.OpenFiles;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.AFUNIXSocketChannel;

/** File descriptors beside requests: whatever a client sends, none stays open in the server. */
@ExtendWith(LeakCheck.class)
final class DescriptorTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final String DEFINITION =
      """
      name: web
      disks:
        - {name: a, fd: a, format: raw}
        - {name: b, fd: b, format: raw}
      """;

  @TempDir Path directory;

  private final MemoryHost host = MemoryHost.create();
  private ControlServer server;
  private Path socket;
  private RandomAccessFile file;

  @BeforeEach
  void start() throws IOException {
    socket = directory.resolve("control.sock");
    server =
        new ControlServer(host::as, socket, ControlAccess.OWNER_ONLY, ControlServer.NOT_STOPPABLE)
            .start();
    host.define(
        new DefinitionDocument(DEFINITION, "web.yaml", Path.of("/")), new DefineCondition.Always());
    file = new RandomAccessFile(Files.createFile(directory.resolve("given")).toFile(), "rw");
  }

  @AfterEach
  void nothingStaysOpen() throws IOException {
    Eventually.eventually(() -> assertThat(copies()).as("open copies").isEqualTo(1));
    file.close();
    server.close();
    host.close();
  }

  @Test
  void theDescriptorsAreThoseThatTheRequestNames() throws Exception {
    try (Client client = new Client()) {
      JsonNode reply = client.send(2, start("[\"a\",\"b\"]")).receive();

      assertThat(reply.path("result").path("effect").asText()).isEqualTo("changed");
      assertThat(host.domain(WEB).status().state()).isEqualTo(DomainState.RUNNING);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 128, 129, 253})
  void moreOrFewerThanTheRequestNamesAreRefused(int sent) throws Exception {
    try (Client client = new Client()) {
      JsonNode reply = client.send(sent, start("[\"a\",\"b\"]")).receive();

      assertThat(reply.path("error").path("data").path("code").asText())
          .isEqualTo("invalid-request");
      assertThat(reply.path("error").path("message").asText())
          .contains("names 2 file descriptors, and " + sent + " came");
      assertThat(host.domain(WEB).status().state()).isEqualTo(DomainState.SHUTOFF);
      assertThat(client.send(0, LIST).receive().path("result")).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.list\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"console.open\",\"params\":{\"domain\":\"web\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no.such\"}",
        "garbage",
      })
  void descriptorsThatNobodyAskedForAreRefused(String line) throws Exception {
    try (Client client = new Client()) {
      JsonNode reply = client.send(7, line).receive();

      assertThat(reply.path("error").isObject()).isTrue();
      assertThat(client.send(0, LIST).receive().path("result")).hasSize(1);
    }
  }

  @Test
  void descriptorsThatComeInPiecesOfALineBelongToIt() throws Exception {
    String line = start("[\"a\",\"b\"]") + "\n";
    try (Client client = new Client()) {
      client.write(1, line.substring(0, 10));
      client.write(0, line.substring(10, 20));
      client.write(1, line.substring(20));

      assertThat(client.receive().path("result").path("effect").asText()).isEqualTo("changed");
    }
  }

  @Test
  void aClientThatGoesInTheMiddleOfALineLeavesNothingOpen() throws Exception {
    try (Client client = new Client()) {
      client.write(200, "{\"jsonrpc\":");
    }
  }

  @Test
  void oneNameForTwoIsRefused() throws Exception {
    try (Client client = new Client()) {
      JsonNode reply = client.send(2, start("[\"a\",\"a\"]")).receive();

      assertThat(reply.path("error").path("message").asText()).contains("twice");
    }
  }

  private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"domain.list\"}";

  private static String start(String descriptors) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"domain.start\",\"params\":{\"domain\":\"web\","
        + "\"descriptors\":"
        + descriptors
        + "}}";
  }

  private static long copies() throws IOException {
    return OpenFiles.ofThisProcess().stream().filter(each -> each.endsWith("/given")).count();
  }

  /** A client that sends as many duplicates of one file as it likes. */
  private final class Client implements AutoCloseable {
    private final AFUNIXSocketChannel channel;
    private final LineReader lines;

    Client() throws IOException {
      channel = AFUNIXSocketChannel.open(AFUNIXSocketAddress.of(socket));
      lines = new LineReader(channel, Protocol.MAX_REPLY_BYTES);
    }

    Client send(int descriptors, String line) throws IOException {
      return write(descriptors, line + "\n");
    }

    Client write(int descriptors, String text) throws IOException {
      FileDescriptor[] all = new FileDescriptor[descriptors];
      Arrays.fill(all, file.getFD());
      channel.setOutboundFileDescriptors(all);
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      return this;
    }

    JsonNode receive() throws IOException {
      return Json.read(lines.next().orElseThrow());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
