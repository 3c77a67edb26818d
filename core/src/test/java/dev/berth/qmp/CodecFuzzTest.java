package dev.berth.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.json.Json;
import dev.berth.testing.Mutator;
import dev.berth.testing.Recording;
import dev.berth.testing.Recording.Exchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a peer sends, the codec reads it or says that it is no QMP; nothing else is thrown,
 * nothing hangs, and what was read can be shown. The inputs are recorded messages with random
 * changes. {@code -Dfuzz.inputs=N} makes the long run longer, {@code -Dfuzz.number=N} another one.
 */
final class CodecFuzzTest {
  /** Longer messages are mostly more of the same, and take the time of many short ones. */
  private static final int LONGEST_SEED = 600;

  private final FlightRecorder recorder = new FlightRecorder(Clock.systemUTC());
  private final List<byte[]> seeds = new ArrayList<>();
  private FrameReader reader = new FrameReader(Transport.MAX_FRAME_BYTES);
  private int read;
  private int refused;

  @Test
  @Timeout(300)
  void mutatedMessagesAreReadOrRefused() throws Exception {
    fuzz(20_000, 1);
  }

  @Tag("full")
  @Test
  void manyMoreMutatedMessagesAreReadOrRefused() throws Exception {
    fuzz(Long.getLong("fuzz.inputs", 1_000_000), Long.getLong("fuzz.number", System.nanoTime()));
  }

  private void fuzz(long inputs, long number) throws Exception {
    for (String version : Recording.VERSIONS) {
      Recording recording = Recording.of(version);
      recording.opening().forEach(this::seed);
      recording.events().forEach(this::seed);
      for (Exchange exchange : recording.exchanges()) {
        seed(
            Json.object()
                .put("execute", exchange.command())
                .set("arguments", exchange.arguments()));
        exchange.reply().ifPresent(this::seed);
      }
    }
    var mutator = new Mutator(seeds, number);
    for (long i = 0; i < inputs; i++) {
      byte[] input = mutator.next();
      try {
        take(input, mutator.below(input.length + 1));
      } catch (RuntimeException | Error | IOException e) {
        throw new AssertionError(
            "input " + i + " of number " + number + ": " + HexFormat.of().formatHex(input), e);
      }
    }
    assertThat(read).as("messages that were still good").isPositive();
    assertThat(refused).as("messages that were not").isPositive();
  }

  private void seed(JsonNode message) {
    byte[] bytes = Json.bytes(message);
    if (bytes.length <= LONGEST_SEED) {
      seeds.add(bytes);
    }
  }

  /** Gives the input in two parts, and a line end. */
  private void take(byte[] input, int cut) throws IOException {
    try {
      reader.feed(ByteBuffer.wrap(input, 0, cut), this::frame);
      reader.feed(ByteBuffer.wrap(input, cut, input.length - cut), this::frame);
      reader.feed(ByteBuffer.wrap(new byte[] {'\n'}), this::frame);
    } catch (WireException e) {
      refused++;
      assertThat(e.disconnect().message()).hasSizeLessThan(2000);
      reader = new FrameReader(Transport.MAX_FRAME_BYTES);
    }
  }

  private void frame(byte[] buffer, int offset, int length) throws WireException {
    recorder.message(QmpRecorder.Direction.RECEIVED, buffer, offset, length);
    if (recorder.lines(1).length == 0) {
      throw new AssertionError("a message was not noted");
    }
    WireMessage message = WireMessage.decode(buffer, offset, length);
    read++;
    if (message instanceof WireMessage.Reply reply) {
      answer(reply.outcome());
    } else if (message instanceof WireMessage.Event event) {
      shown(event.event().data());
    }
  }

  private static void answer(Outcome outcome) {
    JsonNode value;
    try {
      value = outcome.result(new PlainCommand("any"));
    } catch (BerthException e) {
      return; // of our own tree
    }
    shown(value);
    if (value instanceof ObjectNode object) {
      shown(Secrets.masked("object-add", object));
    }
  }

  /** What was read can be written, and read again. */
  private static void shown(JsonNode value) {
    try {
      Json.read(Json.bytes(value));
      Json.read(Json.text(value).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError("it cannot be read again: " + value, e);
    }
  }
}
