package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.newsclub.net.unix.AFUNIXSocket;

/**
 * A scripted guest agent behind a real UNIX socket, as QEMU makes one for an agent's port:
 * synchronises, answers as it was told to, records what it received, and misbehaves on request. One
 * client at a time, one thread ({@code fake-agent}). Any thread may call; whoever made it closes
 * it.
 *
 * <p>Without a script it knows {@code guest-sync-delimited}, {@code guest-ping}, {@code
 * guest-info}, the three commands {@code guest-fsfreeze-status}, {@code -freeze} and {@code -thaw},
 * and {@code guest-shutdown}, which it does not answer; it answers anything else with {@code
 * CommandNotFound}. Like the real one, it answers a byte 0xFF with a parse error.
 */
public final class FakeAgent implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int TOO_LONG_BYTES = 20 * 1024 * 1024;
  private static final byte DELIMITER = (byte) 0xff;

  private final AgentMisbehaviour misbehaviour;
  private final Map<String, ObjectNode> answers = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> holds = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final UnixPeer peer;

  /** Of the agent's thread. */
  private boolean synchronisedBefore;

  private volatile boolean frozen;

  private final Object lock = new Object();
  private final List<Received> received = new ArrayList<>(); // guarded by lock

  /**
   * A command as it arrived.
   *
   * @param arguments an empty object for none
   */
  public record Received(String command, ObjectNode arguments) {}

  private FakeAgent(Path socket, AgentMisbehaviour misbehaviour) {
    this.misbehaviour = misbehaviour;
    this.peer = UnixPeer.listen(socket, "fake-agent", this::talk);
  }

  /** Listens on that path, which must not exist, and behaves. */
  public static FakeAgent listen(Path socket) {
    return listen(socket, AgentMisbehaviour.NONE);
  }

  /** Listens on that path, which must not exist, and misbehaves. */
  public static FakeAgent listen(Path socket, AgentMisbehaviour misbehaviour) {
    return new FakeAgent(socket, misbehaviour);
  }

  /** Where it listens. */
  public Path socket() {
    return peer.path();
  }

  /** From now on answers that command with this value. */
  public FakeAgent answer(String command, String returnedJson) {
    answers.put(command, Json.object().set("return", FakeQemu.parse(returnedJson)));
    return this;
  }

  /** From now on refuses that command. */
  public FakeAgent refuse(String command, String errorClass, String description) {
    answers.put(command, FakeQemu.refusal(errorClass, description));
    return this;
  }

  /** Does not get on with that command, nor with anything after it, until {@link #release}. */
  public FakeAgent hold(String command) {
    holds.put(command, new CountDownLatch(1));
    return this;
  }

  /** Gets on with that command, and answers it late. */
  public void release(String command) {
    CountDownLatch held = holds.remove(command);
    if (held != null) {
      held.countDown();
    }
  }

  /** Hangs up on the client, if there is one; the next may connect. */
  public void hangUp() {
    peer.hangUp();
  }

  /** Everything received so far but the synchronisations. */
  public List<Received> received() {
    synchronized (lock) {
      return List.copyOf(received);
    }
  }

  /** Waits until so many commands have been received, and returns the last of them. */
  public Received awaitReceived(int count, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (lock) {
      while (received.size() < count) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError("there came " + received + ", not " + count + " commands");
        }
        lock.wait(left);
      }
      return received.get(count - 1);
    }
  }

  /** Hangs up, stops listening and removes the socket. */
  @Override
  public void close() {
    closed.countDown();
    List.copyOf(holds.keySet()).forEach(this::release);
    peer.close();
  }

  private void talk(AFUNIXSocket client) throws IOException {
    switch (misbehaviour) {
      case HANGS_UP -> {
        return;
      }
      case NEVER_READS -> {
        await(closed);
        return;
      }
      default -> {}
    }
    var line = new ByteArrayOutputStream();
    InputStream in = client.getInputStream();
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
      for (int i = 0; i < count; i++) {
        if (chunk[i] == DELIMITER) {
          line.reset();
          send(client, FakeQemu.refusal("GenericError", "JSON parse error, invalid keyword"));
        } else if (chunk[i] == '\n') {
          command(client, line.toByteArray());
          line.reset();
        } else {
          line.write(chunk[i]);
        }
      }
    }
  }

  private void command(AFUNIXSocket client, byte[] line) throws IOException {
    JsonNode request = Json.read(line);
    String command = Json.text(request, "execute");
    ObjectNode arguments = Json.optionalObject(request, "arguments").orElseGet(Json::object);
    if (command.equals("guest-sync-delimited")) {
      synchronise(client, Json.number(arguments, "id"));
      return;
    }
    CountDownLatch hold = holds.get(command); // first: whoever sees the command may release it
    synchronized (lock) {
      received.add(new Received(command, arguments));
      lock.notifyAll();
    }
    if (hold != null) {
      await(hold);
    }
    answer(client, command);
  }

  private void synchronise(AFUNIXSocket client, long id) throws IOException {
    switch (misbehaviour) {
      case SILENT -> {
        return;
      }
      case FORGETS_FIRST_SYNC -> {
        if (!synchronisedBefore) {
          synchronisedBefore = true;
          return;
        }
      }
      case ENDLESS_SYNCS -> repeat(client, bytes(DELIMITER, "{\"return\": " + (id + 1) + "}\n"));
      case OLD_ANSWERS_FIRST -> {
        write(client, bytes((byte) ' ', "{\"return\": {}}\n{\"return\": " + id + "}\n"));
        write(client, bytes(DELIMITER, "{\"return\": " + (id + 1) + "}\n{\"error\": {}}\n"));
      }
      case GARBAGE_FIRST -> {
        garbage(client);
        if (!synchronisedBefore) {
          synchronisedBefore = true;
          longLine(client);
        }
      }
      default -> {}
    }
    write(client, bytes(DELIMITER, "{\"return\": " + id + "}\n"));
  }

  private void answer(AFUNIXSocket client, String command) throws IOException {
    ObjectNode scripted = answers.get(command);
    ObjectNode answer = scripted == null ? known(command) : scripted;
    byte[] line = bytes((byte) ' ', Json.text(answer) + "\n");
    switch (misbehaviour) {
      case SILENT_AFTER_SYNC -> {}
      case HANGS_UP_AT_COMMAND -> client.close();
      case HALF_ANSWER -> write(client, Arrays.copyOf(line, line.length / 2));
      case ENDLESS_LINE -> repeat(client, bytes((byte) '{', "x".repeat(CHUNK_BYTES)));
      case ENDLESS_LINES -> repeat(client, bytes((byte) '[', "]\n".repeat(CHUNK_BYTES / 2)));
      case GARBAGE_FIRST -> {
        garbage(client);
        write(client, line);
      }
      case SINGLE_BYTES -> {
        for (byte each : line) {
          write(client, new byte[] {each});
        }
      }
      default -> {
        if (!command.equals("guest-shutdown") || answers.containsKey(command)) {
          write(client, line);
        }
      }
    }
  }

  /** The guest thaws without having been told to. */
  public void thawByItself() {
    frozen = false;
  }

  /** Whether it has frozen its guest's file systems. */
  public boolean isFrozen() {
    return frozen;
  }

  private ObjectNode freeze(boolean wanted) {
    frozen = wanted;
    return Json.object().put("return", 2);
  }

  private ObjectNode known(String command) {
    return switch (command) {
      case "guest-fsfreeze-status" -> Json.object().put("return", frozen ? "frozen" : "thawed");
      case "guest-fsfreeze-freeze" -> freeze(true);
      case "guest-fsfreeze-thaw" -> freeze(false);
      case "guest-ping" -> Json.object().set("return", Json.object());
      case "guest-info" ->
          Json.object()
              .set(
                  "return",
                  FakeQemu.parse(
                      "{\"version\": \"7.2.22\", \"supported_commands\": [{\"name\": \"guest-ping\","
                          + " \"enabled\": true, \"success-response\": true}]}"));
      default ->
          FakeQemu.refusal("CommandNotFound", "The command " + command + " has not been found");
    };
  }

  private static void garbage(AFUNIXSocket client) throws IOException {
    write(client, bytes((byte) '\n', "\r\n  \nnot JSON\n{\"return\": \n[1]\n7\n\"return\"\n"));
    write(client, new byte[] {'"', (byte) 0xc3, '"', '\n', (byte) 0xed, (byte) 0xa0, '\n'});
    write(client, bytes((byte) '[', "[".repeat(100_000) + "\n{\"error\": 7}\n{\"id\": 1}\n"));
  }

  /** Longer than the longest line that is read. */
  private static void longLine(AFUNIXSocket client) throws IOException {
    byte[] chunk = bytes((byte) 'x', "x".repeat(CHUNK_BYTES));
    for (int bytes = 0; bytes < TOO_LONG_BYTES; bytes += chunk.length) {
      write(client, chunk);
    }
    write(client, bytes((byte) '\n', ""));
  }

  /** Until the client hangs up. */
  private static void repeat(AFUNIXSocket client, byte[] bytes) throws IOException {
    while (true) {
      write(client, bytes);
    }
  }

  private static byte[] bytes(byte first, String rest) {
    byte[] text = (" " + rest).getBytes(StandardCharsets.UTF_8);
    text[0] = first;
    return text;
  }

  private static void send(AFUNIXSocket client, ObjectNode message) throws IOException {
    write(client, bytes((byte) ' ', Json.text(message) + "\n"));
  }

  private static void write(AFUNIXSocket client, byte[] bytes) throws IOException {
    for (int at = 0; at < bytes.length; at += CHUNK_BYTES) {
      client.getOutputStream().write(bytes, at, Math.min(CHUNK_BYTES, bytes.length - at));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException("nobody interrupts this thread", e));
    }
  }
}
