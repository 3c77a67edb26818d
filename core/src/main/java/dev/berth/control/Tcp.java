package dev.berth.control;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/**
 * Connections over TCP that notice when their peer has vanished: the kernel asks an idle one after
 * 15 s, and gives it up after three questions more that were not answered, 5 s apart. What was sent
 * and never confirmed is given up by the kernel's own rule ({@code net.ipv4.tcp_retries2}, some 15
 * minutes). Stateless.
 */
final class Tcp {
  private static final int IDLE_SECONDS = 15;
  private static final int INTERVAL_SECONDS = 5;
  private static final int QUESTIONS = 3;

  private Tcp() {}

  /** Has the kernel send at once, and look after the peer. */
  static void prepare(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS);
    channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, INTERVAL_SECONDS);
    channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, QUESTIONS);
  }

  /**
   * Connects to the first address of a host that takes it.
   *
   * @param limit for each
   * @throws IOException of the last one
   */
  static SocketChannel connect(HostPort address, Duration limit) throws IOException {
    IOException failure = new IOException("its name has no address");
    for (InetAddress each : InetAddress.getAllByName(address.host())) {
      SocketChannel channel = SocketChannel.open();
      try {
        channel
            .socket()
            .connect(
                new InetSocketAddress(each, address.port()), Math.toIntExact(limit.toMillis()));
        prepare(channel);
        return channel;
      } catch (IOException e) {
        channel.close();
        failure = e;
      }
    }
    throw failure;
  }
}
