package dev.berth.qmp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last messages of a machine's connections in memory, one after the other, for when
 * something has gone wrong. Of a long message it keeps the start, copied, so that no buffer lives
 * on because of it. Thread-safe.
 */
public final class FlightRecorder implements QmpRecorder {
  /** Some rounds of everything that Berth asks a machine; a start takes about 60. */
  static final int MAX_MESSAGES = 128;

  /** What all kept messages may take: a thousand machines' recorders fit into 32 MiB. */
  static final int MAX_BYTES = 32 * 1024;

  /** What is kept of one message: all of it but for lists of many things. */
  static final int MAX_MESSAGE_BYTES = 1024;

  private final Clock clock;
  private final Deque<Entry> entries = new ArrayDeque<>(); // guarded by this
  private int bytes; // guarded by this

  /**
   * A message.
   *
   * @param direction null for the end of a connection
   * @param start its first bytes, or why the connection ended
   */
  private record Entry(Instant time, @Nullable Direction direction, byte[] start, int length) {}

  /** An empty recorder. */
  public FlightRecorder(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void message(Direction direction, byte[] buffer, int offset, int length) {
    int kept = Math.min(length, MAX_MESSAGE_BYTES);
    add(
        new Entry(
            clock.instant(), direction, Arrays.copyOfRange(buffer, offset, offset + kept), length));
  }

  @Override
  public void ended(QmpDisconnect cause) {
    byte[] why = cause.message().getBytes(StandardCharsets.UTF_8);
    int kept = Math.min(why.length, MAX_MESSAGE_BYTES);
    add(new Entry(clock.instant(), null, Arrays.copyOf(why, kept), why.length));
  }

  private synchronized void add(Entry entry) {
    entries.add(entry);
    bytes += entry.start().length;
    while (entries.size() > MAX_MESSAGES || bytes > MAX_BYTES) {
      bytes -= entries.remove().start().length;
    }
  }

  /** Every message that is kept, as JSON lines in UTF-8, oldest first. */
  public byte[] lines() {
    return lines(MAX_MESSAGES);
  }

  /** The last so many messages, as JSON lines in UTF-8, oldest first. */
  public byte[] lines(int last) {
    List<Entry> copy;
    synchronized (this) {
      copy = List.copyOf(entries);
    }
    var lines = new ByteArrayOutputStream();
    for (Entry entry : copy.subList(Math.max(0, copy.size() - last), copy.size())) {
      lines.writeBytes(Json.bytes(line(entry)));
      lines.write('\n');
    }
    return lines.toByteArray();
  }

  private static ObjectNode line(Entry entry) {
    ObjectNode line =
        Json.object().put("time", entry.time().truncatedTo(ChronoUnit.MICROS).toString());
    Direction direction = entry.direction();
    if (direction == null) {
      return line.put("ended", new String(entry.start(), StandardCharsets.UTF_8));
    }
    RecordedLine.add(line, direction, entry.start(), entry.length());
    return line;
  }
}
