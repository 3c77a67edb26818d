package dev.berth.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.json.Json;
import dev.berth.qapi.QapiEvent;
import dev.berth.qapi.block.QueryBlock;
import dev.berth.qapi.block.QueryBlockstats;
import dev.berth.qapi.block.QueryNamedBlockNodes;
import dev.berth.qapi.chardev.QueryChardev;
import dev.berth.qapi.machine.QueryHotpluggableCpus;
import dev.berth.qapi.migration.QueryMigrate;
import dev.berth.qapi.runstate.QueryStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;

/**
 * Whatever a peer sends, the codec reads it or says that it is no QMP; nothing else is thrown, and
 * what was read can be shown, read again, and is what a typed command expects or malformed.
 */
public final class CodecFuzz {
  /** Of those that tell most; an input is tried with one. */
  private static final List<QmpCommand<?>> COMMANDS =
      List.of(
          new PlainCommand("any"),
          new QueryStatus(),
          new QueryBlock(),
          new QueryBlockstats(),
          new QueryNamedBlockNodes(),
          new QueryChardev(),
          new QueryHotpluggableCpus(),
          new QueryMigrate());

  private static final CodecFuzz OF_FUZZER = new CodecFuzz();

  private final FlightRecorder recorder = new FlightRecorder(Clock.systemUTC());
  private FrameReader reader = new FrameReader(Transport.MAX_FRAME_BYTES);
  private long read;
  private long refused;

  /** For a fuzzer, which knows this name. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    OF_FUZZER.take(input);
  }

  /** How many messages were still good. */
  long read() {
    return read;
  }

  /** How many were not. */
  long refused() {
    return refused;
  }

  /** Gives the input in two parts, and a line end. */
  void take(byte[] input) throws IOException {
    int cut = input.length == 0 ? 0 : 31 * (input[input.length / 2] & 0xff) % input.length;
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
      answer(reply.outcome(), COMMANDS.get(length % COMMANDS.size()));
    } else if (message instanceof WireMessage.Event event) {
      shown(event.event().data());
      shown(QapiEvent.decode(event.event()).encode());
    }
  }

  private static void answer(Outcome outcome, QmpCommand<?> command) {
    Object value;
    try {
      value = outcome.result(command);
    } catch (BerthException e) {
      return; // of our own tree
    }
    if (value instanceof ObjectNode object) {
      shown(Secrets.masked("object-add", object));
    }
    if (value instanceof JsonNode node) {
      shown(node);
    }
  }

  /** What was read can be written, and read again. */
  private static void shown(JsonNode value) {
    try {
      Json.read(Json.bytes(value));
    } catch (IOException e) {
      throw new AssertionError("it cannot be read again: " + value, e);
    }
  }
}
