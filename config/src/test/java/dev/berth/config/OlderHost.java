package dev.berth.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * What a host of an older version says on its control socket, to one connection after the other.
 * Whoever made it closes it.
 */
final class OlderHost implements AutoCloseable {
  private static final int METHOD_NOT_FOUND = -32601;
  private static final int CALL_FAILED = -32000;

  private final ServerSocketChannel server;
  private final Function<String, ObjectNode> answers;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Thread thread = new Thread(this::serve, "older-host");

  private OlderHost(Path socket, Function<String, ObjectNode> answers) throws IOException {
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    this.answers = answers;
    server.bind(UnixDomainSocketAddress.of(socket));
    thread.start();
  }

  /** One that speaks this protocol, and knows nothing of migrations. */
  static OlderHost withoutMigrations(Path socket) throws IOException {
    return new OlderHost(
        socket,
        method ->
            method.equals("hello")
                ? hello()
                : error(METHOD_NOT_FOUND, "This host knows no method '" + method + "'."));
  }

  /** One that speaks another protocol. */
  static OlderHost ofAnotherProtocol(Path socket) throws IOException {
    return new OlderHost(
        socket,
        method ->
            error(
                CALL_FAILED, "This host (Berth 0.0.1) speaks version 0 of the control protocol."));
  }

  private static ObjectNode hello() {
    ObjectNode reply = Json.object();
    reply.putObject("result").put("protocol", 1).put("version", "0.0.1");
    return reply;
  }

  private static ObjectNode error(int code, String message) {
    ObjectNode reply = Json.object();
    reply
        .putObject("error")
        .put("code", code)
        .put("message", message)
        .putObject("data")
        .put("code", "unsupported");
    return reply;
  }

  /** The methods that it was asked for. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  private void serve() {
    while (server.isOpen()) {
      try (SocketChannel client = server.accept()) {
        converse(client);
      } catch (IOException gone) {
        continue; // this client, or the test is over
      }
    }
  }

  private void converse(SocketChannel client) throws IOException {
    BufferedReader lines = new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode request = Json.read(line);
      String method = request.path("method").asText();
      asked.add(method);
      ObjectNode reply = answers.apply(method).put("jsonrpc", "2.0");
      reply.set("id", request.path("id"));
      client.write(StandardCharsets.UTF_8.encode(Json.text(reply) + "\n"));
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    server.close();
    thread.interrupt(); // closes the connection that it reads from
    thread.join();
  }
}
