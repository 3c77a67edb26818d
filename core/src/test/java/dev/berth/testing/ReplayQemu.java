package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.Secrets;
import dev.berth.testing.Recording.Exchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSocket;

/**
 * Plays a recorded session back on a real UNIX socket: greets as the recorded QEMU did, and answers
 * each command with the reply that is on record, under the client's own id and with the events at
 * their place. Time is not played back. One client at a time, each from the beginning; one thread
 * ({@code replay-qemu}). Any thread may call; whoever made it closes it.
 *
 * <p>A client has to send what the recorded one sent: the same commands with the same arguments
 * (secrets aside, which are not on record), in the same order save for those that were under way
 * together. One that strays is refused with an error that says what is on record there, and {@link
 * #strays} lists it; it can go on with what is on record. A command that had no reply gets none.
 */
public final class ReplayQemu implements AutoCloseable {
  private final Recording recording;
  private final UnixPeer peer;

  private final Object lock = new Object();
  private final List<String> strays = new ArrayList<>(); // guarded by lock
  private List<Exchange> unplayed = List.of(); // guarded by lock

  private ReplayQemu(Path socket, Recording recording) {
    this.recording = recording;
    this.unplayed = recording.exchanges();
    this.peer = UnixPeer.listen(socket, "replay-qemu", this::play);
  }

  /** Listens on that path, which must not exist. */
  public static ReplayQemu listen(Path socket, Recording recording) {
    return new ReplayQemu(socket, recording);
  }

  /** Where it listens. */
  public Path socket() {
    return peer.path();
  }

  /** What clients have sent that is not on record at that place. */
  public List<String> strays() {
    synchronized (lock) {
      return List.copyOf(strays);
    }
  }

  /** What the present client has not asked yet. */
  public List<String> unplayed() {
    synchronized (lock) {
      return unplayed.stream().map(Exchange::toString).toList();
    }
  }

  /** Hangs up, stops listening and removes the socket. */
  @Override
  public void close() {
    peer.close();
  }

  private void play(AFUNIXSocket client) throws IOException {
    synchronized (lock) {
      unplayed = new ArrayList<>(recording.exchanges());
    }
    send(client, recording.opening());
    InputStream in = client.getInputStream();
    var line = new ByteArrayOutputStream();
    byte[] chunk = new byte[64 * 1024];
    for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
      UnixPeer.closeDescriptors(client); // QEMU keeps them; what is on record does not need them
      for (int i = 0; i < count; i++) {
        if (chunk[i] != '\n') {
          line.write(chunk[i]);
        } else if (line.size() > 0) {
          answer(client, Json.read(line.toByteArray()));
          line.reset();
        }
      }
    }
  }

  private void answer(AFUNIXSocket client, JsonNode request) throws IOException {
    boolean outOfBand = request.has("exec-oob");
    String command = Json.text(request, outOfBand ? "exec-oob" : "execute");
    ObjectNode arguments =
        Secrets.masked(command, Json.optionalObject(request, "arguments").orElseGet(Json::object));
    boolean last;
    Exchange found;
    String expected;
    synchronized (lock) {
      expected = unplayed.isEmpty() ? "its end" : unplayed.get(0).toString();
      found = next(outOfBand, command, arguments);
      if (found == null) {
        strays.add(command + " " + Json.text(arguments) + ", where the recording has " + expected);
      }
      last = unplayed.isEmpty();
    }
    if (found == null) {
      ObjectNode refusal =
          FakeQemu.refusal(
              "GenericError", "The recording has " + expected + " here, not " + command);
      send(client, List.of(refusal.set("id", request.path("id"))));
      return;
    }
    send(client, found.before());
    if (found.reply().isPresent()) {
      send(client, List.of(found.reply().get().deepCopy().set("id", request.path("id"))));
    }
    send(client, found.after());
    if (last && recording.hungUp()) {
      client.close();
    }
  }

  /** The first command like this that may come now, played from here on; null for none. */
  private @Nullable Exchange next(boolean outOfBand, String command, ObjectNode arguments) {
    for (Exchange each : unplayed) {
      if (each.line() >= unplayed.get(0).repliedLine()) {
        return null; // it was sent when the one before had been answered
      }
      if (each.outOfBand() == outOfBand
          && each.command().equals(command)
          && each.arguments().equals(arguments)) {
        unplayed.remove(each);
        return each;
      }
    }
    return null;
  }

  private static void send(AFUNIXSocket client, List<? extends JsonNode> messages)
      throws IOException {
    for (JsonNode message : messages) {
      client
          .getOutputStream()
          .write((Json.text(message) + "\r\n").getBytes(StandardCharsets.UTF_8));
    }
  }
}
