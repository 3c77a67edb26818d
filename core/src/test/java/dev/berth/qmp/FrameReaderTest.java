package dev.berth.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameReaderTest {
  private final List<String> frames = new ArrayList<>();

  @Test
  void cutsAtLineEndsOfBothKindsAndSkipsEmptyLines() throws WireException {
    feed(new FrameReader(100), "a\r\nbb\n\r\n\nccc\r\n");

    assertThat(frames).containsExactly("a", "bb", "ccc");
  }

  @Test
  void keepsAnUnfinishedLineUntilItsEndComes() throws WireException {
    var reader = new FrameReader(100);

    feed(reader, "{\"a\"");
    feed(reader, ": 1}\r");
    assertThat(frames).isEmpty();
    feed(reader, "\n");

    assertThat(frames).containsExactly("{\"a\": 1}");
  }

  @Test
  void aLineOfTheGreatestLengthPasses() throws WireException {
    feed(new FrameReader(4), "abcd\r\n");

    assertThat(frames).containsExactly("abcd");
  }

  @Test
  void aLineBeyondTheGreatestLengthFails() {
    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> feed(new FrameReader(4), "abcde\n"))
        .satisfies(
            e ->
                assertThat(e.disconnect().reason()).isEqualTo(QmpDisconnect.Reason.FRAME_TOO_LONG));
  }

  @Test
  void anEndlessLineFailsBeforeItsEnd() {
    var reader = new FrameReader(1000);

    assertThatExceptionOfType(WireException.class)
        .isThrownBy(
            () -> {
              for (int i = 0; i < 30; i++) {
                feed(reader, "x".repeat(50));
              }
            })
        .withMessageContaining("1000 bytes");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void linesComeOutWholeHoweverTheStreamIsCut(long seed) throws WireException {
    var random = new Random(seed);
    List<String> lines = new ArrayList<>();
    var stream = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      // Mostly short; now and then one that makes the buffer grow and shrink again.
      int length = random.nextInt(20) == 0 ? random.nextInt(200_000) : 1 + random.nextInt(80);
      String line = "x".repeat(Math.max(1, length)) + i;
      lines.add(line);
      stream.append(line).append(random.nextBoolean() ? "\r\n" : "\n");
    }
    byte[] bytes = stream.toString().getBytes(StandardCharsets.US_ASCII);

    var reader = new FrameReader(1_000_000);
    for (int at = 0; at < bytes.length; ) {
      int bound = random.nextInt(4) == 0 ? 65_536 : 40;
      int count = Math.min(bytes.length - at, 1 + random.nextInt(bound));
      reader.feed(ByteBuffer.wrap(bytes, at, count), this::take);
      at += count;
    }

    assertThat(frames).isEqualTo(lines);
  }

  private void feed(FrameReader reader, String text) throws WireException {
    reader.feed(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), this::take);
  }

  private void take(byte[] buffer, int offset, int length) {
    frames.add(new String(buffer, offset, length, StandardCharsets.US_ASCII));
  }
}
