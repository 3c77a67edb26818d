package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidRequestException;
import dev.berth.json.Json;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A client's connection: sends requests of any thread, hands each reply to who asked for it.
 *
 * <pre>
 *   callers ── outbox (bounded) ──► berth-remote-write ──► socket
 *   callers ◄─ future by id ─────── berth-remote-read  ◄── socket
 *                                      └── notifications to the listener, which may make it wait
 * </pre>
 *
 * Only these two threads touch the socket: an interrupt of a thread that does would close it, and
 * an interrupted caller shall end nothing but its own wait. The first failure ends the connection
 * and every pending call with it.
 */
final class Link implements Closeable {
  private static final int OUTBOX_LINES = 16;
  private static final Line NO_MORE = new Line(new byte[0], List.of(), new CompletableFuture<>());
  private static final long LAST_WORDS_MILLIS = 1_000;

  /** Hears what is no reply, on the reading thread. */
  interface Listener {
    /** Drops everything; for connections that get no notifications. */
    Listener NONE = (method, params) -> {};

    /** A notification's method and parameters; may wait, and with it the connection. */
    void notified(String method, JsonNode params) throws InterruptedException;
  }

  private final Wire wire;
  private final Listener listener;
  private final Map<Long, CompletableFuture<JsonNode>> pending = new ConcurrentHashMap<>();
  private final BlockingQueue<Line> outbox = new ArrayBlockingQueue<>(OUTBOX_LINES);
  private final AtomicLong ids = new AtomicLong();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Thread reader = NamedThreads.single("berth-remote-read", this::read);
  private final Thread writer = NamedThreads.single("berth-remote-write", this::write);
  private volatile long upgradeId = -1;

  /**
   * What is to be sent.
   *
   * @param descriptors go beside it
   * @param sent completes when it has been sent, or never will be
   */
  private record Line(
      byte[] bytes, List<FileDescriptor> descriptors, CompletableFuture<Void> sent) {}

  private Link(Wire wire, Listener listener) {
    this.wire = wire;
    this.listener = listener;
  }

  /**
   * Connects and starts the threads.
   *
   * @throws dev.berth.error.HostUnreachableException when nobody listens there
   */
  static Link open(ControlAddress address, Listener listener) {
    return open(address.connect(), listener);
  }

  /** The same over a wire that is connected already. */
  static Link open(Wire wire, Listener listener) {
    var link = new Link(wire, listener);
    link.reader.start();
    link.writer.start();
    return link;
  }

  boolean isOpen() {
    return failure.get() == null;
  }

  /** Why the connection ended, if it has. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  /**
   * Sends a request. Waits while the host does not read.
   *
   * @return the reply as it comes; fails with the connection's first failure
   * @throws InterruptedException when the caller was interrupted; nothing was sent then
   */
  Future<JsonNode> send(String method, ObjectNode params) throws InterruptedException {
    return send(ids.incrementAndGet(), method, params, List.of(), new CompletableFuture<>());
  }

  /**
   * The same with file descriptors beside the request, over a channel that can.
   *
   * @param sent completes when the descriptors have been sent, or never will be
   */
  Future<JsonNode> send(
      String method,
      ObjectNode params,
      List<FileDescriptor> descriptors,
      CompletableFuture<Void> sent)
      throws InterruptedException {
    return send(ids.incrementAndGet(), method, params, descriptors, sent);
  }

  /** Sends the request after whose success the connection carries bytes: see {@link #detach}. */
  Future<JsonNode> sendUpgrade(String method, ObjectNode params) throws InterruptedException {
    long id = ids.incrementAndGet();
    upgradeId = id;
    return send(id, method, params, List.of(), new CompletableFuture<>());
  }

  /** The socket after a successful upgrade; this link has let go of it. */
  Wire detach() {
    joinThreads();
    return wire;
  }

  private Future<JsonNode> send(
      long id,
      String method,
      ObjectNode params,
      List<FileDescriptor> descriptors,
      CompletableFuture<Void> sent)
      throws InterruptedException {
    ObjectNode request = Protocol.message();
    request.put("id", id);
    request.put("method", method);
    request.set("params", params);
    Line line = new Line(Wire.line(request), descriptors, sent);
    if (line.bytes().length > Protocol.MAX_REQUEST_BYTES) {
      throw new InvalidRequestException(
          "The request "
              + method
              + " is "
              + line.bytes().length
              + " bytes long, and a host takes at most "
              + Protocol.MAX_REQUEST_BYTES
              + ".");
    }
    var reply = new CompletableFuture<JsonNode>();
    pending.put(id, reply);
    try {
      // What an interrupted caller asks for is asked all the same, unless it would have to wait.
      boolean taken = outbox.offer(line);
      while (!taken && isOpen()) {
        taken = outbox.offer(line, Protocol.POLL.toMillis(), TimeUnit.MILLISECONDS);
        // Full: the host does not read. Look again whether it is there at all.
      }
    } catch (InterruptedException e) {
      pending.remove(id);
      throw e;
    }
    // A failure between the check and the entry would leave this one behind.
    failure().ifPresent(this::failPending);
    return reply;
  }

  @Override
  public void close() {
    fail(new IOException("this client closed the connection"));
    reader.interrupt();
    joinThreads();
  }

  /** Thread top. */
  private void read() {
    try {
      while (true) {
        byte[] line =
            wire.receive().orElseThrow(() -> new EOFException("the host closed the connection"));
        if (take(Json.read(line))) {
          outbox.put(NO_MORE);
          return;
        }
      }
    } catch (IOException | BerthException e) {
      fail(e);
    } catch (InterruptedException e) {
      fail(new IOException("this client closed the connection", e));
    }
  }

  /**
   * Hands out one message.
   *
   * @return true when what follows is no message any more
   * @throws BerthException what the host says of the connection as a whole
   */
  private boolean take(JsonNode message) throws InterruptedException {
    JsonNode id = message.path("id");
    if (message.path("method").isTextual()) {
      listener.notified(message.path("method").textValue(), message.path("params"));
    } else if (id.isIntegralNumber()) {
      return reply(id.longValue(), message);
    } else if (message.has("error")) {
      throw ErrorCodec.read(message.path("error"));
    }
    return false;
  }

  /** A reply that nobody waits for is dropped: its caller was interrupted. */
  private boolean reply(long id, JsonNode message) {
    CompletableFuture<JsonNode> reply = pending.remove(id);
    if (reply != null) {
      reply.complete(message);
    }
    return id == upgradeId && message.has("result");
  }

  /** Thread top. */
  private void write() {
    try {
      Line line;
      while ((line = outbox.take()) != NO_MORE) {
        wire.sendLine(line.bytes(), line.descriptors());
        line.sent().complete(null);
      }
    } catch (IOException e) {
      failAfterLastWords(e);
    } catch (InterruptedException e) {
      fail(new IOException("this client closed the connection", e));
    }
  }

  /** A host that closed at once may have said why: that is worth more than a broken pipe. */
  private void failAfterLastWords(IOException cause) {
    try {
      reader.join(LAST_WORDS_MILLIS);
      fail(cause);
    } catch (InterruptedException e) {
      fail(cause);
    }
  }

  private void fail(Throwable cause) {
    if (failure.compareAndSet(null, cause)) {
      failPending(cause);
      outbox.clear();
      outbox.offer(NO_MORE);
      try {
        wire.close();
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }

  private void failPending(Throwable cause) {
    for (Long id : pending.keySet()) {
      CompletableFuture<JsonNode> reply = pending.remove(id);
      if (reply != null) {
        reply.completeExceptionally(cause);
      }
    }
  }

  /** Both end by themselves once the socket is closed or the upgrade is done. */
  private void joinThreads() {
    boolean interrupted = false;
    while (reader.isAlive() || writer.isAlive()) {
      try {
        reader.join();
        writer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
