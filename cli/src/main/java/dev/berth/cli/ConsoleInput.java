package dev.berth.cli;

import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import java.io.IOException;
import java.util.Optional;

/**
 * Carries standard input to a console, on a thread of its own, {@code vmctl-console-input}. While
 * it does, a terminal is raw.
 */
final class ConsoleInput implements AutoCloseable {
  /** Ctrl-]: what telnet and virsh use. */
  private static final byte DETACH_KEY = 0x1d;

  private final Environment environment;
  private final Console console;
  private final ConsoleAccess access;
  private final boolean terminal;
  private Optional<RawTerminal> raw = Optional.empty();
  private volatile boolean detached;

  ConsoleInput(Environment environment, Console console, ConsoleAccess access) {
    this.environment = environment;
    this.console = console;
    this.access = access;
    this.terminal = environment.terminals().in();
  }

  /** How to get out, where there is a way. */
  String advice() {
    return terminal ? "; Ctrl-] detaches" : "";
  }

  /** Begins to carry. */
  void start() throws IOException {
    if (terminal) {
      raw = Optional.of(RawTerminal.enter());
    }
    // A daemon thread: nothing ends a read of standard input, so it must not keep the process.
    Thread thread = new Thread(this::carry, "vmctl-console-input");
    thread.setDaemon(true);
    thread.start();
  }

  /** Whether the user has left, rather than the guest ended. */
  boolean hasDetached() {
    return detached;
  }

  private void carry() {
    byte[] bytes = new byte[4096];
    try {
      int count = environment.in().read(bytes);
      while (count >= 0) {
        int wanted = terminal ? beforeDetachKey(bytes, count) : count;
        if (access != ConsoleAccess.READ_ONLY) {
          console.output().write(bytes, 0, wanted);
          console.output().flush();
        }
        if (wanted < count) {
          detach();
          return;
        }
        count = environment.in().read(bytes);
      }
      if (terminal) {
        detach();
      }
    } catch (IOException ended) {
      // The console has ended, which the thread that reads it will say.
      console.close();
    }
  }

  private void detach() {
    detached = true;
    console.close();
  }

  private static int beforeDetachKey(byte[] bytes, int count) {
    for (int i = 0; i < count; i++) {
      if (bytes[i] == DETACH_KEY) {
        return i;
      }
    }
    return count;
  }

  /** Gives the terminal back. Idempotent. */
  @Override
  public void close() {
    raw.ifPresent(RawTerminal::close);
  }
}
