package dev.berth.qmp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The form of one recorded message: {@code {…, "sent": MESSAGE}} or {@code {…, "received":
 * MESSAGE}}. Of a message that was cut, or is no JSON, there is its start as text, and its length.
 */
final class RecordedLine {
  private RecordedLine() {}

  /** Adds the message to the line. */
  static void add(ObjectNode line, QmpRecorder.Direction direction, byte[] start, int length) {
    String member =
        switch (direction) {
          case SENT -> "sent";
          case RECEIVED -> "received";
        };
    if (start.length == length) {
      try {
        line.set(member, Json.read(start));
        return;
      } catch (IOException e) {
        // Not JSON: shown as the text that it is.
      }
    }
    line.put(member + "-start", new String(start, StandardCharsets.UTF_8)).put("bytes", length);
  }
}
