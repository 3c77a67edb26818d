package dev.berth.qmp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.OptionalLong;

/** One line from QEMU, told apart. */
sealed interface WireMessage {

  /** The first line of a connection. */
  record Hello(QmpGreeting greeting) implements WireMessage {}

  /** Something happened. */
  record Event(QmpEvent event) implements WireMessage {}

  /** The answer to a command; one whose id is not a number of ours has none. */
  record Reply(OptionalLong id, Outcome outcome) implements WireMessage {}

  /** QEMU could not even parse what it got, so it cannot say whose fault it was. */
  record Rejection(String description) implements WireMessage {}

  /** Reads one line. */
  static WireMessage decode(byte[] buffer, int offset, int length) throws WireException {
    try {
      JsonNode line = Json.read(buffer, offset, length);
      if (line.has("return")) {
        return new Reply(id(line), new Outcome.Returned(line.path("return")));
      }
      if (line.has("event")) {
        return new Event(event(line));
      }
      if (line.has("error")) {
        return error(line);
      }
      if (line.has("QMP")) {
        return new Hello(QmpGreeting.decode(line));
      }
    } catch (IOException | MalformedReplyException | ArithmeticException e) {
      throw notQmp(buffer, offset, length, e);
    }
    throw notQmp(buffer, offset, length, new IOException("neither reply, event nor greeting"));
  }

  private static OptionalLong id(JsonNode line) {
    return Json.optionalNumber(line, "id");
  }

  private static WireMessage error(JsonNode line) {
    JsonNode error = Json.object(line, "error");
    String errorClass = Json.optionalText(error, "class").orElse("GenericError");
    String description = Json.optionalText(error, "desc").orElse("no description");
    return line.has("id")
        ? new Reply(id(line), new Outcome.Refused(errorClass, description))
        : new Rejection(description);
  }

  private static QmpEvent event(JsonNode line) {
    JsonNode data = line.has("data") ? line.path("data") : Json.object();
    return new QmpEvent(Json.text(line, "event"), data, timestamp(line.path("timestamp")));
  }

  /** QEMU sends -1 for both parts when its clock fails; what is out of range is no time either. */
  private static Instant timestamp(JsonNode timestamp) {
    long seconds = Json.optionalNumber(timestamp, "seconds").orElse(-1);
    long micros = Json.optionalNumber(timestamp, "microseconds").orElse(-1);
    if (seconds < 0 || micros < 0 || micros > 999_999) {
      return Instant.EPOCH;
    }
    try {
      return Instant.ofEpochSecond(seconds, micros * 1000);
    } catch (DateTimeException e) {
      return Instant.EPOCH;
    }
  }

  private static WireException notQmp(byte[] buffer, int offset, int length, Exception cause) {
    String start =
        new String(buffer, offset, Math.min(length, 60), StandardCharsets.ISO_8859_1)
            .replaceAll("[^\\x20-\\x7e]", "?");
    return new WireException(
        QmpDisconnect.Reason.NOT_QMP,
        "what came is no QMP message: '" + start + (length > 60 ? "…" : "") + "': " + why(cause),
        cause);
  }

  private static String why(Exception cause) {
    return cause instanceof JsonProcessingException json
        ? json.getOriginalMessage()
        : String.valueOf(cause.getMessage());
  }
}
