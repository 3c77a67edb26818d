package dev.berth.qmp;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Measures one {@code query-status} through {@link QmpConnection#execute} against a blocking loop
 * on a bare socket: one QEMU, two monitors, the two ways by turns. Prints medians in microseconds
 * and the median of the ratios of neighbouring rounds; on a busy machine the least values tell
 * more.
 */
final class RoundTripBench {
  private static final int ROUNDS = 150;
  private static final int CALLS = 200;

  private RoundTripBench() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory("berth-bench");
    ExecutorService callbacks = Executors.newSingleThreadExecutor();
    Path berth = directory.resolve("a");
    Path bare = directory.resolve("b");
    Process qemu = qemu(berth, bare);
    try (var loop = QmpLoop.start("berth-qmp", callbacks)) {
      QmpConnection connection = loop.connect(berth, Duration.ofSeconds(10), event -> {}).get();
      try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        socket.connect(UnixDomainSocketAddress.of(bare));
        measure(connection, new BareLoop(socket));
      }
    } finally {
      callbacks.shutdown();
      qemu.destroyForcibly().waitFor();
      Files.deleteIfExists(berth);
      Files.deleteIfExists(bare);
      Files.deleteIfExists(directory);
    }
  }

  private static Process qemu(Path first, Path second) throws IOException {
    return new ProcessBuilder(
            "qemu-system-x86_64",
            "-M",
            "none",
            "-nodefaults",
            "-display",
            "none",
            "-qmp",
            "unix:" + first + ",server=on,wait=off",
            "-qmp",
            "unix:" + second + ",server=on,wait=off")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void measure(QmpConnection connection, BareLoop bare) throws Exception {
    var status = new PlainCommand("query-status");
    bare.line();
    bare.ask("{\"execute\":\"qmp_capabilities\",\"arguments\":{\"enable\":[\"oob\"]}}\n");
    double[] ours = new double[ROUNDS];
    double[] theirs = new double[ROUNDS];
    double[] ratios = new double[ROUNDS];
    for (int round = -20; round < ROUNDS; round++) { // the first rounds warm up
      long start = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        connection.execute(status, Deadline.none());
      }
      long middle = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        bare.ask("{\"execute\":\"query-status\",\"id\":1}\n");
      }
      long end = System.nanoTime();
      if (round >= 0) {
        ours[round] = (middle - start) / 1000.0 / CALLS;
        theirs[round] = (end - middle) / 1000.0 / CALLS;
        ratios[round] = ours[round] / theirs[round];
      }
    }
    System.out.printf(
        "execute %.1f us (least %.1f), bare socket %.1f us (least %.1f), ratio %.3f%n",
        median(ours), ours[0], median(theirs), theirs[0], median(ratios));
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** The least that a QMP client can do. */
  private static final class BareLoop {
    private final SocketChannel socket;
    private final ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);

    BareLoop(SocketChannel socket) {
      this.socket = socket;
    }

    void ask(String command) throws IOException {
      socket.write(ByteBuffer.wrap(command.getBytes(StandardCharsets.US_ASCII)));
      line();
    }

    void line() throws IOException {
      in.clear();
      do {
        if (socket.read(in) < 0) {
          throw new IOException("QEMU hung up");
        }
      } while (in.get(in.position() - 1) != '\n');
    }
  }
}
