package dev.berth.bench;

import java.io.IOException;

/** Programs that a bench runs to their end. */
final class Tool {
  private Tool() {}

  static void run(String... command) throws IOException, InterruptedException {
    int code = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + code);
    }
  }
}
