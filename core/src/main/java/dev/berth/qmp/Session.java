package dev.berth.qmp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketCredentials;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The selector thread's half of a connection: does the handshake, then routes each line to the call
 * that waits for it or to those who listen.
 *
 * <pre>
 *   connected ──greeting──► negotiating ──reply to qmp_capabilities──► ready ──► ended
 *       └──────────────────────┴──────────── end, garbage, refusal ──────────────►
 * </pre>
 *
 * <p>Events count from the first byte on: QEMU may send one before or between the two lines of the
 * handshake.
 */
final class Session implements Transport.Owner, QmpLoop.Member {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private final QmpLoop loop;
  private final String peer;
  private final OptionalLong peerPid;
  private final Transport transport;
  private final EventDelivery events;
  private final QmpRecorder recorder;
  private final Set<Expectation> expectations = new CopyOnWriteArraySet<>();
  private final Outbox outbox = new Outbox();
  private final AtomicLong ids = new AtomicLong();
  private final AtomicLong unknownReplies = new AtomicLong();
  private final AtomicBoolean flushScheduled = new AtomicBoolean();

  /** Completed by the selector thread; only this package's code depends on it. */
  private final CompletableFuture<QmpGreeting> ready = new CompletableFuture<>();

  /** Completed on the callback executor, after the last event. */
  private final CompletableFuture<QmpDisconnect> disconnected = new CompletableFuture<>();

  private @Nullable QmpGreeting greeting;
  private volatile @Nullable QmpDisconnect ended;

  /** Takes over a connected channel and waits for the greeting. Called by the selector thread. */
  Session(QmpLoop loop, String peer, AFUNIXSocketChannel channel, QmpEventListener listener)
      throws IOException {
    this.loop = loop;
    this.peer = peer;
    AFUNIXSocketCredentials credentials = channel.getPeerCredentials();
    this.peerPid =
        credentials != null && credentials.getPid() > 0
            ? OptionalLong.of(credentials.getPid())
            : OptionalLong.empty();
    this.events = new EventDelivery(loop.callbacks(), listener, disconnected::complete);
    this.recorder = listener.recorder();
    this.transport = loop.attach(channel, this);
    loop.join(this);
  }

  // Any thread.

  /** Sends a command; its outcome never fails, and must not be given to application code. */
  Call submit(
      CommandGate gate,
      QmpCommand<?> command,
      Call.Lane lane,
      java.io.@Nullable FileDescriptor descriptor) {
    ObjectNode arguments = command.arguments();
    gate.admit(command.command(), arguments);
    var call = new Call(ids.incrementAndGet(), command.command(), arguments, lane, descriptor);
    outbox.add(call);
    flushSoon();
    return call;
  }

  boolean withdraw(Call call) {
    return outbox.withdraw(call);
  }

  Expectation expect(Predicate<QmpEvent> event) {
    var expectation = new Expectation(loop.callbacks(), event, expectations::remove);
    expectations.add(expectation);
    QmpDisconnect cause = ended;
    if (cause != null) {
      expectation.end(cause);
    }
    return expectation;
  }

  void close(QmpDisconnect cause) {
    loop.run(() -> transport.close(cause));
  }

  CompletableFuture<QmpGreeting> ready() {
    return ready;
  }

  CompletableFuture<QmpDisconnect> disconnected() {
    return disconnected;
  }

  Executor callbacks() {
    return loop.callbacks();
  }

  Outbox outbox() {
    return outbox;
  }

  long unknownReplies() {
    return unknownReplies.get();
  }

  String peer() {
    return peer;
  }

  OptionalLong peerPid() {
    return peerPid;
  }

  private void flushSoon() {
    if (flushScheduled.compareAndSet(false, true)) {
      loop.run(
          () -> {
            flushScheduled.set(false);
            transport.flush();
          });
    }
  }

  // The selector thread.

  @Override
  public @Nullable Call next() {
    Call call = outbox.next();
    if (call != null) {
      call.sentTo(recorder);
    }
    return call;
  }

  @Override
  public void frame(byte[] buffer, int offset, int length) throws WireException {
    WireMessage message = decode(buffer, offset, length);
    if (message instanceof WireMessage.Reply reply) {
      Call call = reply.id().isPresent() ? outbox.answered(reply.id().getAsLong()) : null;
      if (call != null && call.hasSecretReply()) {
        byte[] masked = Json.bytes(Json.object().put("return", Secrets.MASK).put("id", call.id()));
        received(masked, 0, masked.length);
      } else {
        received(buffer, offset, length);
      }
      answer(call, reply.outcome());
      return;
    }
    received(buffer, offset, length);
    if (message instanceof WireMessage.Event event) {
      events.offer(event.event(), length);
      for (Expectation expectation : expectations) {
        expectation.offer(event.event(), length);
      }
    } else if (message instanceof WireMessage.Hello hello) {
      greet(hello.greeting());
    } else if (message instanceof WireMessage.Rejection rejection) {
      throw new WireException(
          QmpDisconnect.Reason.REJECTED,
          "QEMU could not read what it was sent: " + rejection.description(),
          null);
    }
  }

  private WireMessage decode(byte[] buffer, int offset, int length) throws WireException {
    try {
      return WireMessage.decode(buffer, offset, length);
    } catch (WireException e) {
      received(buffer, offset, length);
      throw e;
    }
  }

  private void received(byte[] buffer, int offset, int length) {
    recorder.message(QmpRecorder.Direction.RECEIVED, buffer, offset, length);
  }

  private void answer(@Nullable Call call, Outcome outcome) {
    if (call == null) {
      unknownReplies.incrementAndGet();
      LOG.debug("QEMU at {} answered a command that nobody gave; dropped", peer);
      return;
    }
    call.end(outcome);
  }

  private void greet(QmpGreeting received) throws WireException {
    if (greeting != null) {
      throw new WireException(QmpDisconnect.Reason.NOT_QMP, "a second greeting", null);
    }
    greeting = received;
    var negotiate = new Negotiate(received.offersOutOfBand());
    Call call = new Call(ids.incrementAndGet(), negotiate, Call.Lane.IN_BAND, null);
    call.outcome().thenAccept(outcome -> negotiated(received, negotiate, outcome));
    outbox.add(call); // written by the transport when it has read what there is
  }

  private void negotiated(QmpGreeting received, Negotiate command, Outcome outcome) {
    try {
      outcome.result(command);
      LOG.debug("Connected to QEMU {} at {}", received.version(), peer);
      ready.complete(received);
    } catch (RuntimeException e) {
      ready.completeExceptionally(e);
      transport.close(QmpDisconnect.of(QmpDisconnect.Reason.NOT_QMP, "the handshake failed"));
    }
  }

  @Override
  public void ended(QmpDisconnect cause) {
    LOG.debug("The connection to {} ended: {}", peer, cause.message());
    loop.leave(this);
    ended = cause;
    recorder.ended(cause);
    outbox.endAll(cause);
    for (Expectation expectation : expectations) {
      expectation.end(cause);
    }
    ready.completeExceptionally(new HandshakeFailure(cause));
    events.end(cause);
  }

  @Override
  public void loopEnds(QmpDisconnect cause) {
    transport.close(cause);
  }
}
