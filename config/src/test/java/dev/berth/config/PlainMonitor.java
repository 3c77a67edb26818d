package dev.berth.config;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a QEMU what it is doing, and tells it what to do, without any of Berth's own code. */
final class PlainMonitor {
  private static final String NEGOTIATE = "{\"execute\":\"qmp_capabilities\"}\n";
  private static final String QUESTION = "{\"execute\":\"query-status\"}\n";
  private static final Pattern STATUS = Pattern.compile("\"status\": \"([a-z-]+)\"");

  private PlainMonitor() {}

  /**
   * What {@code query-status} answers.
   *
   * @throws IOException when nobody is there, or hangs up
   */
  static String runState(Path socket) throws IOException {
    return runState(socket, "");
  }

  /** The same after commands, each a line. */
  static String runState(Path socket, String commands) throws IOException {
    byte[] lines = (NEGOTIATE + commands + QUESTION).getBytes(StandardCharsets.US_ASCII);
    long end = System.nanoTime() + TestHome.PATIENCE.toNanos();
    StringBuilder said = new StringBuilder();
    try (Selector selector = Selector.open();
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(lines));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      ByteBuffer buffer = ByteBuffer.allocate(4096);
      while (System.nanoTime() - end < 0) {
        selector.select(100);
        buffer.clear();
        if (channel.read(buffer) < 0) {
          throw new IOException("hung up after: " + said);
        }
        said.append(StandardCharsets.US_ASCII.decode(buffer.flip()));
        Matcher status = STATUS.matcher(said);
        if (status.find()) {
          return status.group(1);
        }
      }
    }
    throw new AssertionError("no answer from " + socket + ", but: " + said);
  }
}
