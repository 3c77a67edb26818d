package dev.berth.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * What a program writes: read to its end by a thread of its own, of which the beginning is kept.
 */
final class BoundedOutput {
  private static final int LIMIT_BYTES = 256 << 10;
  private static final int CHUNK_BYTES = 8 << 10;
  private static final long LAST_WORDS_MILLIS = 1000;

  private final InputStream stream;
  private final Consumer<String> listener;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream(); // thread-safe
  private final Thread thread;

  private BoundedOutput(InputStream stream, String name, Consumer<String> listener) {
    this.stream = stream;
    this.listener = listener;
    this.thread = new Thread(this::run, name);
  }

  /** Begins to read. */
  static BoundedOutput of(InputStream stream, String name, Consumer<String> listener) {
    BoundedOutput output = new BoundedOutput(stream, name, listener);
    output.thread.setDaemon(true);
    output.thread.start();
    return output;
  }

  private void run() {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
        kept.write(chunk, 0, Math.min(count, LIMIT_BYTES - kept.size()));
        listener.accept(new String(chunk, 0, count, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException closed) {
      return; // with the process; what was read stays
    }
  }

  /** What was written, once the program has ended. */
  String text() throws InterruptedException {
    thread.join(LAST_WORDS_MILLIS);
    return kept.toString(StandardCharsets.UTF_8);
  }
}
