package dev.berth.testing;

import dev.berth.definition.Peripherals.VncAccess;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.InvalidStateException;
import dev.berth.host.Keystrokes;
import dev.berth.host.VerbResult;
import dev.berth.screen.ScreenPicture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What whoever would sit in front of a machine of a {@link MemoryHost} sees and does. The caller
 * holds the contents' lock.
 */
final class MemoryFront {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 400;

  private MemoryFront() {}

  /** A PNG of the size of a text screen. */
  static byte[] screen(MemoryDomain domain) {
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

  static VerbResult press(
      MemoryContents contents, String actor, MemoryDomain domain, Keystrokes keys) {
    if (domain.state() != DomainState.RUNNING) {
      throw MemoryVerbs.illegal("send keys to", domain, DomainState.RUNNING);
    }
    keys.chords().forEach(chord -> domain.pressed.add(chord.toString()));
    Map<String, String> told = Map.of("count", Integer.toString(keys.chords().size()));
    contents.events().add(domain, EventTypes.KEYS_SENT, actor, told);
    return new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }

  static VerbResult injectNmi(MemoryContents contents, String actor, MemoryDomain domain) {
    if (domain.state() != DomainState.RUNNING && domain.state() != DomainState.PAUSED) {
      throw MemoryVerbs.illegal(
          "inject an NMI into", domain, DomainState.RUNNING, DomainState.PAUSED);
    }
    contents.events().add(domain, EventTypes.NMI_INJECTED, actor, Map.of());
    return new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }

  /** Takes note that the screen has a password; the password itself is kept nowhere. */
  static VerbResult lock(MemoryContents contents, String actor, MemoryDomain domain) {
    if (!domain.hasMachine()) {
      throw MemoryVerbs.illegal("set the VNC password of", domain, DomainState.RUNNING);
    }
    if (domain.definition().devices().peripherals().vnc() != VncAccess.PASSWORD) {
      throw new InvalidStateException(
          "The VNC of domain '"
              + domain.definition().name()
              + "' asks for no password. Give it 'vnc-password: true'.");
    }
    Map<String, String> facts = Map.of("what", "vnc-password", "subject", "", "value", "set");
    contents.events().add(domain, EventTypes.ADJUSTED, actor, facts);
    contents.notifyAll();
    return new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }
}
