package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * A QMP session as {@code QmpRecording} wrote it: what QEMU sent by itself at first, then what was
 * asked, each command with its reply and the events at their place. Immutable.
 *
 * @param opening the greeting, and the events before the first command
 * @param exchanges what was asked, in the order of asking
 * @param hungUp whether QEMU hung up in the end
 */
public record Recording(List<JsonNode> opening, List<Exchange> exchanges, boolean hungUp) {

  /**
   * The versions of QEMU of which a session is published beside this class. {@code
   * RecordedSessionTest} makes them, and says what is in them.
   */
  public static final List<String> VERSIONS = List.of("5.2", "7.2", "10.0", "11.1");

  /**
   * One command and what came of it.
   *
   * @param line where in the recording it was sent
   * @param repliedLine where its reply came; beyond all lines when there was none
   * @param before events that came between the last reply or command and this reply
   * @param reply without its id; empty when there was none
   * @param after events that came after the reply while nothing else was asked
   */
  public record Exchange(
      int line,
      int repliedLine,
      boolean outOfBand,
      String command,
      ObjectNode arguments,
      List<JsonNode> before,
      Optional<ObjectNode> reply,
      List<JsonNode> after) {

    /** The command as a person would write it. */
    @Override
    public String toString() {
      return command + " " + Json.text(arguments);
    }
  }

  /** The published session of that version of QEMU, one of {@link #VERSIONS}. */
  public static Recording of(String version) {
    String name = "recordings/qemu-" + version + ".jsonl.gz";
    try (InputStream in = Recording.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalArgumentException("there is no recording " + name);
      }
      return read(new GZIPInputStream(in));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the recording " + name, e);
    }
  }

  /** The session in that file, compressed when its name ends in {@code .gz}. */
  public static Recording read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the recording " + file, e);
    }
  }

  /** Every event, in order. */
  public List<JsonNode> events() {
    List<JsonNode> events = new ArrayList<>(opening.subList(1, opening.size()));
    for (Exchange exchange : exchanges) {
      events.addAll(exchange.before());
      events.addAll(exchange.after());
    }
    return events;
  }

  private static Recording read(InputStream in) throws IOException {
    var reader = new Reading();
    var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      reader.take(Json.read(line));
    }
    return reader.end();
  }

  /** The recording so far. */
  private static final class Reading {
    private final List<JsonNode> opening = new ArrayList<>();
    private final List<Draft> drafts = new ArrayList<>();
    private final Map<JsonNode, Draft> unanswered = new LinkedHashMap<>();

    /** Where events go that come now. */
    private List<JsonNode> events = opening;

    private boolean hungUp;
    private int line;

    private static final class Draft {
      private int line;
      private int repliedLine = Integer.MAX_VALUE;
      private ObjectNode sent = Json.object();
      private final List<JsonNode> before = new ArrayList<>();
      private Optional<ObjectNode> reply = Optional.empty();
      private final List<JsonNode> after = new ArrayList<>();
    }

    void take(JsonNode entry) {
      line++;
      if (entry.path("sent") instanceof ObjectNode sent) {
        sent(sent);
      } else if (entry.path("received") instanceof ObjectNode received) {
        received(received);
      } else if (entry.has("ended")) {
        hungUp = Json.text(entry, "ended").startsWith("QEMU closed");
      } else {
        throw new IllegalArgumentException("line " + line + " cannot be played: " + entry);
      }
    }

    private void sent(ObjectNode message) {
      var draft = new Draft();
      draft.line = line;
      draft.sent = message;
      drafts.add(draft);
      unanswered.put(message.path("id"), draft);
      events = draft.before;
    }

    private void received(ObjectNode message) {
      if (message.has("QMP") || message.has("event")) {
        events.add(message);
        return;
      }
      Draft draft = unanswered.remove(message.path("id"));
      if (draft == null) {
        throw new IllegalArgumentException("line " + line + " answers nothing: " + message);
      }
      message.remove("id");
      draft.reply = Optional.of(message);
      draft.repliedLine = line;
      moveEventsTo(draft);
      events = unanswered.isEmpty() ? draft.after : List.copyOf(unanswered.values()).get(0).before;
    }

    /** What came before this reply stands before it, whoever was thought to be next. */
    private void moveEventsTo(Draft draft) {
      if (events != draft.before) {
        draft.before.addAll(events);
        events.clear();
      }
    }

    Recording end() {
      List<Exchange> exchanges = drafts.stream().map(Reading::exchange).toList();
      return new Recording(List.copyOf(opening), exchanges, hungUp);
    }

    private static Exchange exchange(Draft draft) {
      boolean outOfBand = draft.sent.has("exec-oob");
      return new Exchange(
          draft.line,
          draft.repliedLine,
          outOfBand,
          Json.text(draft.sent, outOfBand ? "exec-oob" : "execute"),
          Json.optionalObject(draft.sent, "arguments").orElse(Json.object()),
          List.copyOf(draft.before),
          draft.reply,
          List.copyOf(draft.after));
    }
  }
}
