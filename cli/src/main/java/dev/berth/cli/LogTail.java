package dev.berth.cli;

import dev.berth.host.DomainRef;
import dev.berth.host.LogKind;
import dev.berth.host.VmHost;
import java.util.Arrays;

/**
 * What is added to a log, found by comparing its end with what the end was before: logs are cut to
 * their newer half now and then, so that positions in them mean nothing.
 *
 * <p>A log that grew by more than its window between two looks is taken up at the window's start. A
 * log whose window is full of repeats of one text can look as if less had been added.
 */
final class LogTail {
  private static final int WINDOW_BYTES = 256 << 10;

  private final VmHost host;
  private final DomainRef domain;
  private final LogKind kind;
  private byte[] seen = {};

  LogTail(VmHost host, DomainRef domain, LogKind kind) {
    this.host = host;
    this.domain = domain;
    this.kind = kind;
  }

  /** Counts everything there is by now as seen. */
  void skipToEnd() {
    seen = host.log(domain, kind, WINDOW_BYTES);
  }

  /** What was added since the last look. */
  byte[] added() {
    byte[] now = host.log(domain, kind, WINDOW_BYTES);
    byte[] added = Arrays.copyOfRange(now, overlap(seen, now), now.length);
    seen = now;
    return added;
  }

  /** How many bytes at the start of {@code now} were the end of {@code before}. */
  static int overlap(byte[] before, byte[] now) {
    if (startsWith(now, before)) {
      return before.length;
    }
    if (now.length == 0) {
      return 0;
    }
    int[] borders = borders(now);
    int matched = 0;
    for (byte each : before) {
      if (matched == now.length) {
        matched = borders[matched - 1];
      }
      while (matched > 0 && now[matched] != each) {
        matched = borders[matched - 1];
      }
      if (matched < now.length && now[matched] == each) {
        matched++;
      }
    }
    return matched;
  }

  /** For each prefix, the length of its longest proper prefix that is its suffix too. */
  private static int[] borders(byte[] text) {
    int[] borders = new int[text.length];
    int length = 0;
    for (int i = 1; i < text.length; i++) {
      while (length > 0 && text[i] != text[length]) {
        length = borders[length - 1];
      }
      if (text[i] == text[length]) {
        length++;
      }
      borders[i] = length;
    }
    return borders;
  }

  private static boolean startsWith(byte[] text, byte[] start) {
    return text.length >= start.length
        && Arrays.equals(text, 0, start.length, start, 0, start.length);
  }
}
