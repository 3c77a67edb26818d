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
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * What a host that takes no machines says on its control socket, to one connection after the other.
 * Whoever made it closes it.
 */
final class ScriptedHost implements AutoCloseable {
  private static final int METHOD_NOT_FOUND = -32601;
  private static final int CALL_FAILED = -32000;

  private final ServerSocketChannel server;
  private final Function<String, Optional<ObjectNode>> answers;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Thread thread = new Thread(this::serve, "scripted-host");

  private ScriptedHost(Path socket, Function<String, Optional<ObjectNode>> answers)
      throws IOException {
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    this.answers = answers;
    server.bind(UnixDomainSocketAddress.of(socket));
    thread.start();
  }

  /** One that speaks this protocol, and knows nothing of migrations. */
  static ScriptedHost withoutMigrations(Path socket) throws IOException {
    return new ScriptedHost(
        socket,
        method ->
            method.equals("hello")
                ? Optional.of(hello())
                : Optional.of(
                    error(METHOD_NOT_FOUND, "This host knows no method '" + method + "'.")));
  }

  /** One that says hello, and nothing more. */
  static ScriptedHost silent(Path socket) throws IOException {
    return new ScriptedHost(
        socket, method -> Optional.of(hello()).filter(reply -> method.equals("hello")));
  }

  /** One that speaks another protocol. */
  static ScriptedHost ofAnotherProtocol(Path socket) throws IOException {
    return new ScriptedHost(
        socket,
        method ->
            Optional.of(
                error(
                    CALL_FAILED,
                    "This host (Berth 0.0.1) speaks version 0 of the control protocol.")));
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
      Optional<ObjectNode> reply = answers.apply(method);
      if (reply.isPresent()) {
        reply.get().put("jsonrpc", "2.0").set("id", request.path("id"));
        client.write(StandardCharsets.UTF_8.encode(Json.text(reply.get()) + "\n"));
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    thread.interrupt(); // closes the connection that it reads from
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
