package dev.berth.conformance;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A guest's serial console, on the socket where QEMU serves it. */
final class Console implements AutoCloseable {
  private final SocketChannel channel;
  private final Selector selector;
  private final StringBuilder text = new StringBuilder();

  private Console(SocketChannel channel, Selector selector) {
    this.channel = channel;
    this.selector = selector;
  }

  static Console open(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    channel.configureBlocking(false);
    Selector selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ);
    return new Console(channel, selector);
  }

  /** Reads until the guest has printed that after the last call. */
  void await(String words) throws IOException {
    ByteBuffer some = ByteBuffer.allocate(4096);
    int end = text.indexOf(words);
    while (end < 0) {
      boolean silent = selector.select(LiveQemu.PATIENCE.toMillis()) == 0;
      selector.selectedKeys().clear();
      if (silent || channel.read(some.clear()) < 0) {
        throw new AssertionError("the console did not say '" + words + "', but: " + text);
      }
      text.append(StandardCharsets.ISO_8859_1.decode(some.flip()));
      end = text.indexOf(words);
    }
    text.delete(0, end + words.length());
  }

  /** Has the guest run a command. */
  void type(String command) throws IOException {
    channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
