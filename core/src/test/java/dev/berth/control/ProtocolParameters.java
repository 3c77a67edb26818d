package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.berth.json.Json;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What parameters methods take, in the words of a server that is given wrong ones. It names what it
 * wants instead.
 */
final class ProtocolParameters implements Closeable {
  private static final Pattern WANTED =
      Pattern.compile("' (?:of \\S+ )?should be (.*), but it is .*");
  private static final Pattern WORDS = Pattern.compile("' of \\S+ cannot be .*: use (.*)\\.");
  private static final Pattern NEEDED = Pattern.compile("\\S+ needs the parameter '\\w+'\\.");

  private final Path socket;
  private RawPeer peer;

  private ProtocolParameters(Path socket, RawPeer peer) {
    this.socket = socket;
    this.peer = peer;
  }

  /** In the words of the server at that socket. */
  static ProtocolParameters askedAt(Path socket) throws IOException {
    return new ProtocolParameters(socket, RawPeer.connect(socket));
  }

  /** A table of what the request of an example takes; empty where it takes nothing. */
  String table(JsonNode example) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (var names = example.path("params").fieldNames(); names.hasNext(); ) {
      String name = names.next();
      rows.append(
          "| `%s` | %s |%s |\n"
              .formatted(name, wanted(example, name), isNeeded(example, name) ? " needed" : ""));
    }
    return rows.isEmpty() ? "" : "| parameter | holds | |\n|---|---|---|\n" + rows + "\n";
  }

  private boolean isNeeded(JsonNode example, String name) throws IOException {
    ObjectNode request = example.deepCopy();
    ((ObjectNode) request.get("params")).remove(name);
    return NEEDED.matcher(answer(request)).matches();
  }

  private String wanted(JsonNode example, String name) throws IOException {
    // No parameter is true or false, so that is refused everywhere.
    String kind =
        found(WANTED, with(example, name, BooleanNode.TRUE))
            .orElseThrow(() -> new AssertionError(name + " may be anything"));
    if (!kind.equals("text") && !kind.equals("a whole number") && !kind.startsWith("an array")) {
      return kind;
    }
    JsonNode odd = oddValue(kind);
    Optional<String> words = found(WORDS, with(example, name, odd));
    if (words.isPresent()) {
      String quoted = "`" + words.get().replace(", ", "`, `") + "`";
      return kind.equals("text") ? quoted : kind + ": " + quoted;
    }
    return found(WANTED, with(example, name, odd)).orElse(kind);
  }

  /** Of the right type, and yet not what most parameters of that type may be. */
  private static JsonNode oddValue(String kind) {
    if (kind.startsWith("an array")) {
      return Json.array().add("?");
    }
    return kind.equals("a whole number") ? LongNode.valueOf(-1) : TextNode.valueOf("?");
  }

  private static JsonNode with(JsonNode example, String name, JsonNode value) {
    ObjectNode request = example.deepCopy();
    ((ObjectNode) request.get("params")).set(name, value);
    return request;
  }

  private Optional<String> found(Pattern pattern, JsonNode request) throws IOException {
    Matcher matcher = pattern.matcher(answer(request));
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** What the server says to it; empty when it does not object. */
  private String answer(JsonNode request) throws IOException {
    peer.send(Wire.line(request));
    JsonNode reply = peer.receive();
    if (!reply.has("error")) { // what follows may be bytes, or events
      peer.close();
      peer = RawPeer.connect(socket);
    }
    return reply.at("/error/message").asText();
  }

  @Override
  public void close() throws IOException {
    peer.close();
  }
}
