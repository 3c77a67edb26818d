package dev.berth.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that says hello and then does what a test wants with each connection in turn. */
final class ScriptedServer implements AutoCloseable {
  static final String HELLO =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocol\":1,\"version\":\"0\"}}\n";

  /** What it does with one connection. */
  interface Script {
    void play(RawPeer client) throws IOException;
  }

  private final Path socket;
  private final ServerSocketChannel listener;
  private final List<RawPeer> clients = new CopyOnWriteArrayList<>();
  private final Thread thread;

  ScriptedServer(Path socket, Script... scripts) throws IOException {
    this.socket = socket;
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    thread = new Thread(() -> serve(scripts), "scripted-server");
    thread.start();
  }

  URI uri() {
    return URI.create("unix:" + socket);
  }

  private void serve(Script... scripts) {
    try {
      for (Script script : scripts) {
        var client = new RawPeer(listener.accept());
        clients.add(client);
        script.play(client);
      }
    } catch (IOException endOfTest) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (RawPeer client : clients) {
      client.close();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
