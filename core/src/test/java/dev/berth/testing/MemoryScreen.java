package dev.berth.testing;

import dev.berth.domain.DomainState;
import dev.berth.error.InvalidStateException;
import dev.berth.screen.ScreenPicture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The screens of guests of a {@link MemoryHost}. The caller holds the contents' lock. */
final class MemoryScreen {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 400;

  private MemoryScreen() {}

  /** A PNG of the size of a text screen. */
  static byte[] of(MemoryDomain domain) {
    if (!domain.hasMachine()) {
      throw MemoryVerbs.illegal("see the screen of", domain, DomainState.RUNNING);
    }
    if (domain.definition().devices().peripherals().video().isEmpty()) {
      throw new InvalidStateException(
          "Domain '"
              + domain.definition().name()
              + "' has no graphics card. Give it 'video: vga'.");
    }
    var pixmap = new ByteArrayOutputStream();
    pixmap.writeBytes(
        ("P6\n" + WIDTH + " " + HEIGHT + "\n255\n").getBytes(StandardCharsets.US_ASCII));
    pixmap.writeBytes(new byte[WIDTH * HEIGHT * 3]);
    try {
      return ScreenPicture.png(new ByteArrayInputStream(pixmap.toByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
