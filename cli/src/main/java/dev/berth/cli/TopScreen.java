package dev.berth.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A terminal's whole screen, which shows one text after the other until somebody presses q or
 * Ctrl-C; or none, and then nobody does. Keys are read on a thread of its own, {@code
 * vmctl-top-keys}. What was on the terminal before is back when it is closed.
 */
final class TopScreen implements AutoCloseable {
  private static final int CTRL_C = 3;
  private static final String BEGIN = "\u001b[?1049h\u001b[?25l";
  private static final String END = "\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String REST_OF_LINE = "\u001b[K";
  private static final String REST_OF_SCREEN = "\u001b[J";

  private final Optional<Terminal> terminal;
  private final CompletableFuture<Void> left = new CompletableFuture<>();

  private record Terminal(Session session, RawTerminal raw) {
    void print(String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      session.output().bytes(bytes, 0, bytes.length);
    }
  }

  private TopScreen(Optional<Terminal> terminal) {
    this.terminal = terminal;
  }

  /** No screen. */
  static TopScreen none() {
    return new TopScreen(Optional.empty());
  }

  /** The screen of the terminal on the standard streams. */
  static TopScreen open(Session session) throws IOException {
    Terminal terminal = new Terminal(session, RawTerminal.enter());
    TopScreen screen = new TopScreen(Optional.of(terminal));
    terminal.print(BEGIN);
    // A daemon thread: nothing ends a read of standard input, so it must not keep the process.
    Thread keys = new Thread(() -> screen.readKeys(session.environment()), "vmctl-top-keys");
    keys.setDaemon(true);
    keys.start();
    return screen;
  }

  boolean isOpen() {
    return terminal.isPresent();
  }

  /** Shows the text, cut to what the screen has room for. */
  void show(String text) throws IOException {
    Terminal screen = terminal.orElseThrow();
    RawTerminal.Size size = screen.raw().size();
    StringBuilder shown = new StringBuilder(HOME);
    String[] lines = text.split("\n", -1);
    int rows = Math.min(lines.length, Math.max(1, size.rows() - 1));
    for (int row = 0; row < rows; row++) {
      String line = lines[row];
      shown.append(line, 0, Math.min(line.length(), Math.max(1, size.columns())));
      shown.append(REST_OF_LINE).append("\r\n");
    }
    screen.print(shown.append(REST_OF_SCREEN).toString());
  }

  /** Waits that long; tells whether somebody has left meanwhile. */
  boolean left(Duration longest) throws InterruptedException {
    try {
      left.get(longest.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException stays) {
      return false;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException("nothing fails a key", impossible);
    }
  }

  private void readKeys(Environment environment) {
    try {
      int key = environment.in().read();
      while (key >= 0 && key != 'q' && key != 'Q' && key != CTRL_C) {
        key = environment.in().read();
      }
    } catch (IOException gone) {
      // The terminal is gone, and with it whoever looked.
    }
    left.complete(null);
  }

  @Override
  public void close() throws IOException {
    if (terminal.isPresent()) {
      try {
        terminal.get().print(END);
      } finally {
        terminal.get().raw().close();
      }
    }
  }
}
