package dev.berth.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;

/**
 * The terminal on standard input in raw mode: every key is passed on, none is echoed or acted on.
 * It is put back by {@link #close()}, or when the process is told to end.
 */
final class RawTerminal implements AutoCloseable {
  private final String settings;
  private final Thread atExit = new Thread(this::restore, "vmctl-terminal-restore");

  private RawTerminal(String settings) {
    this.settings = settings;
  }

  /** Saves the terminal's settings and makes it raw. */
  static RawTerminal enter() throws IOException {
    RawTerminal terminal = new RawTerminal(stty("-g"));
    Runtime.getRuntime().addShutdownHook(terminal.atExit);
    stty("raw", "-echo");
    return terminal;
  }

  /**
   * How large a terminal is.
   *
   * @param rows lines
   * @param columns characters of each
   */
  record Size(int rows, int columns) {
    private static final Size USUAL = new Size(24, 80);

    /** From the words of {@code stty size}; a serial line says 0 0, for it does not know. */
    static Size of(String words) {
      String[] numbers = words.split(" ");
      int rows = Integer.parseInt(numbers[0]);
      int columns = Integer.parseInt(numbers[1]);
      return rows == 0 || columns == 0 ? USUAL : new Size(rows, columns);
    }
  }

  /** How large the terminal is now. */
  Size size() throws IOException {
    return Size.of(stty("size"));
  }

  /** Puts the settings back. Idempotent. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException ending) {
      // The process is ending: the hook restores as well, which does no harm.
    }
    restore();
  }

  private void restore() {
    try {
      stty(settings);
    } catch (IOException gone) {
      // The terminal is gone, and nobody is left to be told.
    }
  }

  private static String stty(String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = "stty";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process =
        new ProcessBuilder(command)
            .redirectInput(Redirect.INHERIT)
            .redirectErrorStream(true)
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    try {
      if (process.waitFor() != 0) {
        throw new IOException("stty failed: " + said);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while setting the terminal", interrupted);
    }
    return said;
  }
}
