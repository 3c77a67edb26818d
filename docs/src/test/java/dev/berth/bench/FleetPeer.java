package dev.berth.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that pretends to be many QEMUs: monitors that greet, answer what a host asks of a
 * running machine, and flood the host with events on command. One thread serves them all, so that
 * what is measured is the host. Ends with its standard input.
 *
 * <p>Arguments: directory and number of monitors. Standard input: a line {@code N} has every
 * monitor send N events. Standard output: {@code ready}.
 */
final class FleetPeer {
  private static final int BUFFER = 64 * 1024;
  private static final Pattern COMMAND = Pattern.compile("\"exec(?:ute|-oob)\": ?\"([^\"]+)\"");
  private static final Pattern ID = Pattern.compile("\"id\": ?(\"[^\"]*\"|[0-9]+)");
  private static final String GREETING =
      "{\"QMP\":{\"version\":{\"qemu\":{\"micro\":22,\"minor\":2,\"major\":7},\"package\":\"\"},"
          + "\"capabilities\":[\"oob\"]}}\r\n";
  private static final String EVENT =
      "{\"timestamp\":{\"seconds\":1790000000,\"microseconds\":1},"
          + "\"event\":\"RTC_CHANGE\",\"data\":{\"offset\":1,\"qom-path\":\"/machine/rtc\"}}\r\n";

  private final Selector selector;
  private final List<Monitor> monitors = new ArrayList<>();
  private final Queue<Integer> floods = new ConcurrentLinkedQueue<>();
  private volatile boolean ended;

  private FleetPeer(Selector selector) {
    this.selector = selector;
  }

  /** The monitor's socket of the machine with that number. */
  static Path socket(Path directory, int number) {
    return directory.resolve(Integer.toString(number));
  }

  public static void main(String[] arguments) throws IOException {
    FleetPeer peer = new FleetPeer(Selector.open());
    for (int number = 0; number < Integer.parseInt(arguments[1]); number++) {
      peer.listen(socket(Path.of(arguments[0]), number));
    }
    Thread commands = new Thread(peer::obey, "fleet-commands");
    commands.setDaemon(true);
    commands.start();
    System.out.println("ready");
    peer.serve();
  }

  private void listen(Path socket) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
  }

  private void obey() {
    try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        floods.add(Integer.parseInt(line));
        selector.wakeup();
      }
    } catch (IOException closed) {
      System.err.println("fleet: " + closed);
    }
    ended = true;
    selector.wakeup();
  }

  private void serve() throws IOException {
    while (!ended) {
      selector.select();
      for (Integer count = floods.poll(); count != null; count = floods.poll()) {
        for (Monitor monitor : monitors) {
          monitor.flood(count);
        }
      }
      for (SelectionKey key : selector.selectedKeys()) {
        if (key.isAcceptable()) {
          accept((ServerSocketChannel) key.channel());
        } else {
          ((Monitor) key.attachment()).goOn();
        }
      }
      selector.selectedKeys().clear();
    }
  }

  private void accept(ServerSocketChannel server) throws IOException {
    SocketChannel channel = server.accept();
    channel.configureBlocking(false);
    Monitor monitor = new Monitor(channel);
    monitor.key = channel.register(selector, SelectionKey.OP_READ, monitor);
    monitors.add(monitor);
    monitor.say(GREETING);
    monitor.goOn();
  }

  /** One connection. */
  private static final class Monitor {
    private final SocketChannel channel;
    private final Deque<ByteBuffer> outbox = new ArrayDeque<>();
    private final StringBuilder inbox = new StringBuilder();
    private SelectionKey key;
    private int events;

    Monitor(SocketChannel channel) {
      this.channel = channel;
    }

    void say(String text) {
      outbox.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    void flood(int count) throws IOException {
      events += count;
      goOn();
    }

    void goOn() throws IOException {
      try {
        read();
        write();
      } catch (IOException gone) {
        channel.close();
        return;
      }
      if (channel.isOpen()) {
        boolean more = events > 0 || !outbox.isEmpty();
        key.interestOps(SelectionKey.OP_READ | (more ? SelectionKey.OP_WRITE : 0));
      }
    }

    private void read() throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      int count = channel.read(buffer);
      if (count < 0) {
        channel.close();
        return;
      }
      inbox.append(new String(buffer.array(), 0, count, StandardCharsets.UTF_8));
      for (int end = inbox.indexOf("\n"); end >= 0; end = inbox.indexOf("\n")) {
        answer(inbox.substring(0, end));
        inbox.delete(0, end + 1);
      }
    }

    private void answer(String line) {
      Matcher command = COMMAND.matcher(line);
      Matcher id = ID.matcher(line);
      String result =
          command.find() && command.group(1).equals("query-status")
              ? "{\"running\":true,\"singlestep\":false,\"status\":\"running\"}"
              : "{}";
      say("{\"return\":" + result + (id.find() ? ",\"id\":" + id.group(1) : "") + "}\r\n");
    }

    private void write() throws IOException {
      while (channel.isOpen() && (!outbox.isEmpty() || events > 0)) {
        if (outbox.isEmpty()) {
          say(EVENT);
          events--;
        }
        ByteBuffer next = outbox.element();
        channel.write(next);
        if (next.hasRemaining()) {
          return;
        }
        outbox.remove();
      }
    }
  }
}
