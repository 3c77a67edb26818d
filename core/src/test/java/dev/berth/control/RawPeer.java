package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A client that sends whatever bytes a test wants. */
public final class RawPeer implements Closeable {
  final SocketChannel channel;
  private final LineReader lines;

  RawPeer(SocketChannel channel) {
    this.channel = channel;
    this.lines = new LineReader(channel, Protocol.MAX_REPLY_BYTES);
  }

  /** A client of the server at that socket. */
  public static RawPeer connect(Path socket) throws IOException {
    return new RawPeer(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
  }

  /** Sends that text as it is. */
  public RawPeer send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawPeer send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    return this;
  }

  /** A request with an id and these parameters in JSON. */
  RawPeer request(int id, String method, String params) throws IOException {
    return send(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + id
            + ",\"method\":\""
            + method
            + "\",\"params\":"
            + params
            + "}\n");
  }

  /** Answers a client's hello. */
  void greet() throws IOException {
    receive();
    send(ScriptedServer.HELLO);
  }

  /** The next message. */
  public JsonNode receive() throws IOException {
    return Json.read(
        lines.next().orElseThrow(() -> new IOException("the other side closed the connection")));
  }

  /** Whether the other side has closed, after whatever it said before. */
  boolean isClosedByPeer() {
    try {
      while (lines.next().isPresent()) {
        // Only the end matters.
      }
      return true;
    } catch (IOException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
