package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The screen of a {@link FakeMachine}: three pixels, red, green and blue, until it is told to show
 * something else. It takes any password. Like QEMU it writes to the file that it is told.
 * Thread-safe.
 */
public final class FakeScreen {
  /** What is there at first. */
  public static final byte[] THREE_PIXELS =
      "P6\n3 1\n255\n\u00ff\0\0\0\u00ff\0\0\0\u00ff".getBytes(StandardCharsets.ISO_8859_1);

  private volatile byte[] pixmap = THREE_PIXELS;

  FakeScreen(FakeQemu qemu) {
    qemu.answer("screendump", this::write);
    qemu.answer("set_password", arguments -> Json.object());
    qemu.answer("expire_password", arguments -> Json.object());
  }

  /** From now on writes these bytes. */
  public void show(byte[] bytes) {
    pixmap = bytes.clone();
  }

  private JsonNode write(ObjectNode arguments) {
    try {
      Files.write(Path.of(arguments.path("filename").asText()), pixmap);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Json.object();
  }
}
