package dev.berth.bench;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.AFUNIXSocketChannel;

/**
 * The least that a QMP client can do: a blocking socket of the JDK, one command at a time, no
 * parsing. Not thread-safe.
 */
final class BareMonitor implements AutoCloseable {
  private static final Pattern EVENT = Pattern.compile("\"event\": \"(\\w+)\"");
  private static final Pattern MOMENT =
      Pattern.compile("\"seconds\": (\\d+), \"microseconds\": (\\d+)");
  private static final Pattern STATUS = Pattern.compile("\"status\": \"([\\w-]+)\"");

  private static final long MICROS = 1_000_000;

  private final SocketChannel socket;
  private final ByteBuffer in = ByteBuffer.allocate(64 * 1024).flip();
  private final Map<String, Long> events = new HashMap<>();

  private BareMonitor(SocketChannel socket) {
    this.socket = socket;
  }

  /** Connects and shakes hands; tries each millisecond while nobody listens and QEMU lives. */
  static BareMonitor connect(Path path, BooleanSupplier isAlive)
      throws IOException, InterruptedException {
    return connect(path, isAlive, at -> SocketChannel.open(UnixDomainSocketAddress.of(at)));
  }

  /** The same, by a socket that descriptors can be sent through. */
  static BareMonitor connectToPass(Path path, BooleanSupplier isAlive)
      throws IOException, InterruptedException {
    return connect(path, isAlive, at -> AFUNIXSocketChannel.open(AFUNIXSocketAddress.of(at)));
  }

  private interface Opening {
    SocketChannel open(Path path) throws IOException;
  }

  private static BareMonitor connect(Path path, BooleanSupplier isAlive, Opening opening)
      throws IOException, InterruptedException {
    while (true) {
      try {
        return shakeHands(new BareMonitor(opening.open(path)));
      } catch (SocketException nobodyListens) {
        if (!isAlive.getAsBoolean()) {
          throw new IOException("QEMU ended before it listened on " + path, nobodyListens);
        }
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
  }

  private static BareMonitor shakeHands(BareMonitor monitor) throws IOException {
    monitor.line();
    monitor.execute("{\"execute\":\"qmp_capabilities\",\"arguments\":{\"enable\":[\"oob\"]}}");
    return monitor;
  }

  /**
   * Sends a command and waits for its reply.
   *
   * @throws IOException when QEMU refuses it or hangs up
   */
  void execute(String command) throws IOException {
    socket.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8)));
    String line = line();
    while (!line.startsWith("{\"return\"")) {
      if (line.startsWith("{\"error\"")) {
        throw new IOException("QEMU refused " + command + ": " + line);
      }
      note(line);
      line = line();
    }
  }

  /** The same with a descriptor beside it; only of {@link #connectToPass}. */
  void execute(String command, FileDescriptor descriptor) throws IOException {
    ((AFUNIXSocketChannel) socket).setOutboundFileDescriptors(descriptor);
    execute(command);
  }

  /**
   * Waits until an event has come since the last wait for it; returns when QEMU says that was, in
   * µs. One that tells of a status can be waited for with it, as {@code MIGRATION completed}.
   */
  long await(String event) throws IOException {
    Long moment = events.remove(event);
    while (moment == null) {
      note(line());
      moment = events.remove(event);
    }
    return moment;
  }

  private void note(String line) {
    Matcher event = EVENT.matcher(line);
    Matcher moment = MOMENT.matcher(line);
    if (event.find() && moment.find()) {
      long micros = Long.parseLong(moment.group(1)) * MICROS + Long.parseLong(moment.group(2));
      events.put(event.group(1), micros);
      Matcher status = STATUS.matcher(line);
      if (status.find()) {
        events.put(event.group(1) + " " + status.group(1), micros);
      }
    }
  }

  private String line() throws IOException {
    int end = lineEnd(in.position());
    while (end < 0) {
      int searched = in.remaining();
      in.compact();
      if (socket.read(in) < 0) {
        throw new IOException("QEMU hung up");
      }
      in.flip();
      end = lineEnd(searched);
    }
    String line =
        new String(in.array(), in.position(), end - in.position(), StandardCharsets.UTF_8);
    in.position(end + 1);
    return line;
  }

  private int lineEnd(int from) {
    for (int i = from; i < in.limit(); i++) {
      if (in.get(i) == '\n') {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
