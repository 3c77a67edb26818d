package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * A scripted QMP monitor on a real UNIX socket: greets, negotiates, answers as it was told to,
 * sends events on command, records what it received, and misbehaves on request. One client at a
 * time, one thread ({@code fake-qemu}). Any thread may call; whoever made it closes it.
 *
 * <p>Without a script it knows {@code qmp_capabilities}, {@code query-status}, {@code
 * query-version}, {@code query-name}, {@code query-yank}, {@code stop} and {@code cont} (each with
 * its event before the reply), {@code system_reset} (with its event after it), {@code add-fd},
 * {@code remove-fd}, {@code query-fdsets}, {@code getfd}, {@code closefd} and {@code quit}; it
 * answers anything else with {@code CommandNotFound}.
 */
public final class FakeQemu implements AutoCloseable {
  private final Path socket;
  private final Misbehaviour misbehaviour;
  private final boolean outOfBand;
  private final AFUNIXServerSocket server;
  private final Thread thread = new Thread(this::serve, "fake-qemu");
  private final Map<String, Function<ObjectNode, ObjectNode>> answers = new ConcurrentHashMap<>();

  private final FakeFdsets fdsets = new FakeFdsets();
  private volatile List<Integer> greetedVersion = List.of(7, 2, 22);

  private final Object lock = new Object();
  private final List<Received> received = new ArrayList<>(); // guarded by lock
  private final Map<String, Boolean> held = new ConcurrentHashMap<>();
  private final List<HeldReply> heldReplies = new ArrayList<>(); // guarded by lock
  private @Nullable FakeMonitor monitor; // guarded by lock
  private boolean closed; // guarded by lock

  /**
   * A command as it arrived.
   *
   * @param command its name
   * @param arguments an empty object for none
   * @param outOfBand whether it was sent as {@code exec-oob}
   * @param inode the file behind the descriptor that it took, if it took one
   */
  public record Received(
      String command, ObjectNode arguments, boolean outOfBand, OptionalLong inode) {}

  private record HeldReply(String command, FakeMonitor monitor, ObjectNode reply) {}

  private FakeQemu(Path socket, Misbehaviour misbehaviour, boolean outOfBand) throws IOException {
    this.socket = socket;
    this.misbehaviour = misbehaviour;
    this.outOfBand = outOfBand;
    this.server = AFUNIXServerSocket.newInstance();
    server.setDeleteOnClose(true);
  }

  /** Listens on that path, which must not exist, and behaves. */
  public static FakeQemu listen(Path socket) {
    return listen(socket, Misbehaviour.NONE);
  }

  /** Listens on that path, which must not exist, and misbehaves. */
  public static FakeQemu listen(Path socket, Misbehaviour misbehaviour) {
    return listen(socket, misbehaviour, true);
  }

  /** Listens as a QEMU that does not offer out-of-band commands. */
  public static FakeQemu listenWithoutOutOfBand(Path socket) {
    return listen(socket, Misbehaviour.NONE, false);
  }

  private static FakeQemu listen(Path socket, Misbehaviour misbehaviour, boolean outOfBand) {
    try {
      var fake = new FakeQemu(socket, misbehaviour, outOfBand);
      fake.server.bind(AFUNIXSocketAddress.of(socket));
      fake.thread.setDaemon(true);
      fake.thread.start();
      return fake;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen on " + socket, e);
    }
  }

  /** Where it listens. */
  public Path socket() {
    return socket;
  }

  /** From the next client on it introduces itself as of that version. */
  public void greetAs(int major, int minor) {
    greetedVersion = List.of(major, minor, 0);
  }

  /** Major, minor and micro. */
  List<Integer> greetedVersion() {
    return greetedVersion;
  }

  /** From now on answers that command with this value. */
  public FakeQemu answer(String command, String returnedJson) {
    ObjectNode reply = Json.object();
    reply.set("return", parse(returnedJson));
    answers.put(command, arguments -> reply.deepCopy());
    return this;
  }

  /** From now on answers that command with what the function makes of its arguments. */
  public FakeQemu answer(String command, Function<ObjectNode, JsonNode> value) {
    answers.put(
        command,
        arguments -> {
          ObjectNode reply = Json.object();
          reply.set("return", value.apply(arguments));
          return reply;
        });
    return this;
  }

  /** From now on gives that command the reply that the function makes of its arguments. */
  FakeQemu reply(String command, Function<ObjectNode, ObjectNode> reply) {
    answers.put(command, reply);
    return this;
  }

  /** From now on refuses that command. */
  public FakeQemu refuse(String command, String errorClass, String description) {
    answers.put(command, arguments -> refusal(errorClass, description));
    return this;
  }

  /** From now on carries that command out but keeps the reply until {@link #release}. */
  public FakeQemu hold(String command) {
    held.put(command, true);
    return this;
  }

  /** Sends the replies to that command that were kept, and keeps no more. */
  public void release(String command) {
    held.remove(command);
    List<HeldReply> ready = new ArrayList<>();
    synchronized (lock) {
      heldReplies.removeIf(reply -> reply.command().equals(command) && ready.add(reply));
    }
    ready.forEach(reply -> reply.monitor().send(reply.reply()));
  }

  /** Sends an event to the client, if there is one. */
  public void emit(String event, String dataJson) {
    FakeMonitor client = client();
    if (client != null) {
      client.event(event, parse(dataJson));
    }
  }

  /** Hangs up on the client, if there is one; the next may connect. */
  public void hangUp() {
    FakeMonitor client = client();
    if (client != null) {
      client.close();
    }
  }

  /** Everything received so far, the handshake included. */
  public List<Received> received() {
    synchronized (lock) {
      return List.copyOf(received);
    }
  }

  /** Waits until that command has been received so many times, and returns the last of them. */
  public Received awaitReceived(String command, int times, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (lock) {
      while (true) {
        List<Received> found =
            received.stream().filter(item -> item.command().equals(command)).toList();
        if (found.size() >= times) {
          return found.get(times - 1);
        }
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError(
              "'" + command + "' came " + found.size() + " times, not " + times + ": " + received);
        }
        lock.wait(left);
      }
    }
  }

  /** Hangs up, stops listening and removes the socket. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
    try {
      server.close();
      hangUp();
      thread.join();
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot close the fake QEMU at " + socket, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve() {
    try {
      while (true) {
        AFUNIXSocket accepted = server.accept();
        FakeMonitor client = new FakeMonitor(this, accepted);
        synchronized (lock) {
          monitor = client;
          if (closed) {
            client.close();
          }
        }
        client.serve();
      }
    } catch (IOException e) {
      synchronized (lock) {
        if (!closed) {
          throw new UncheckedIOException("The fake QEMU cannot accept", e);
        }
      }
    }
  }

  // For the monitor.

  Misbehaviour misbehaviour() {
    return misbehaviour;
  }

  FakeFdsets fdsets() {
    return fdsets;
  }

  boolean offersOutOfBand() {
    return outOfBand;
  }

  void record(Received command) {
    synchronized (lock) {
      received.add(command);
      lock.notifyAll();
    }
  }

  /** The reply by script, or null. */
  @Nullable ObjectNode scripted(String command, ObjectNode arguments) {
    Function<ObjectNode, ObjectNode> answer = answers.get(command);
    return answer == null ? null : answer.apply(arguments);
  }

  /** Keeps a reply if it was told to. */
  boolean keeps(String command, FakeMonitor client, ObjectNode reply) {
    if (!held.containsKey(command)) {
      return false;
    }
    synchronized (lock) {
      heldReplies.add(new HeldReply(command, client, reply));
    }
    return true;
  }

  static ObjectNode refusal(String errorClass, String description) {
    ObjectNode reply = Json.object();
    reply.putObject("error").put("class", errorClass).put("desc", description);
    return reply;
  }

  static JsonNode parse(String json) {
    try {
      return Json.read(json);
    } catch (IOException e) {
      throw new UncheckedIOException("the script is no JSON: " + json, e);
    }
  }

  private @Nullable FakeMonitor client() {
    synchronized (lock) {
      return monitor;
    }
  }
}
