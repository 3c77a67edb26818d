package dev.berth.qmp;

import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.MachineLostException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.AFUNIXSocketChannel;
import org.newsclub.net.unix.ConnectionRefusedSocketException;

/**
 * Makes one connection: tries the socket until somebody listens, then waits for the handshake. All
 * but the construction happens on the selector thread.
 */
final class Connector implements QmpLoop.Member {
  /** Bytes of a socket's path: {@code sun_path} less its terminating zero. */
  private static final int MAX_PATH_BYTES = 107;

  private final QmpLoop loop;
  private final Path socket;
  private final Deadline deadline;
  private final QmpEventListener listener;
  private final CommandGate gate;
  private final long begunNanos = System.nanoTime();
  private final CompletableFuture<Void> accepted = new CompletableFuture<>();
  private final CompletableFuture<QmpConnection> future = new CompletableFuture<>();

  private String obstacle = "it was not tried";
  private boolean done;
  private QmpLoop.@Nullable Timer timer;
  private @Nullable Session session;

  Connector(
      QmpLoop loop, Path socket, Deadline deadline, QmpEventListener listener, CommandGate gate) {
    this.loop = loop;
    this.socket = socket;
    this.deadline = deadline;
    this.listener = listener;
    this.gate = gate;
    future.whenComplete(
        (connection, failure) -> {
          if (failure != null) {
            accepted.completeExceptionally(failure);
          }
          if (future.isCancelled()) {
            loop.run(() -> stop("nobody waits for the connection any more"));
          }
        });
  }

  /** Completed on the callback executor. */
  CompletableFuture<QmpConnection> future() {
    return future;
  }

  /** Completed on the callback executor. */
  CompletableFuture<Void> accepted() {
    return accepted;
  }

  void begin() {
    int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_PATH_BYTES) {
      fail(
          new InvalidRequestException(
              "Cannot connect to '"
                  + socket
                  + "': its path has "
                  + bytes
                  + " bytes, and a UNIX socket's may have "
                  + MAX_PATH_BYTES
                  + ". Choose a shorter directory."));
      return;
    }
    loop.join(this);
    attempt();
  }

  /** Who should make the socket has ended. */
  void giveUp() {
    if (!done) {
      fail(
          new MachineLostException(
              "QEMU ended before its monitor '" + socket + "' was usable: " + obstacle + "."));
    }
  }

  @Override
  public void loopEnds(QmpDisconnect cause) {
    if (!done) {
      fail(
          new MachineLostException("Cannot connect to '" + socket + "': " + cause.message() + "."));
    }
  }

  private void attempt() {
    if (done) {
      return;
    }
    try {
      Session connected = connect();
      if (connected != null) {
        await(connected);
        return;
      }
    } catch (IOException e) {
      fail(
          new HostFailureException(
              "Cannot connect to the QMP monitor '" + socket + "': " + e.getMessage() + ".", e));
      return;
    }
    if (deadline.hasPassed()) {
      fail(late());
      return;
    }
    timer = loop.after(shorter(pause(), deadline.remaining()), this::attempt);
  }

  /** One try; null when nobody listens yet. */
  private @Nullable Session connect() throws IOException {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      obstacle = "there is no such socket";
      return null;
    }
    var channel = AFUNIXSocketChannel.open();
    boolean kept = false;
    try {
      channel.configureBlocking(false);
      // A UNIX socket connects at once or, when its backlog is full, never: false is a refusal.
      if (!channel.connect(AFUNIXSocketAddress.of(socket))) {
        obstacle = "its listener accepts no connections";
        return null;
      }
      var connected = new Session(loop, socket.toString(), channel, listener);
      kept = true;
      return connected;
    } catch (ConnectionRefusedSocketException e) {
      obstacle = "nobody listens on it";
      return null;
    } finally {
      if (!kept) {
        channel.close();
      }
    }
  }

  private void await(Session connected) {
    session = connected;
    obstacle =
        "it was accepted, but QEMU did not finish the handshake; another client may own the monitor,"
            + " or QEMU is stopped";
    timer = loop.after(deadline.remaining(), () -> fail(late()));
    complete(() -> accepted.complete(null));
    connected.ready().whenComplete((greeting, failure) -> handshakeEnded(greeting, failure));
  }

  private void handshakeEnded(@Nullable QmpGreeting greeting, @Nullable Throwable failure) {
    if (done) {
      return;
    }
    if (greeting != null && session != null) {
      var connection = new QmpConnection(session, greeting, gate);
      session = null; // the connection's from here on
      finish();
      complete(
          () -> {
            if (!future.complete(connection)) {
              connection.close();
            }
          });
    } else if (failure != null) {
      fail(translate(failure instanceof CompletionException ? failure.getCause() : failure));
    }
  }

  private BerthException translate(Throwable failure) {
    if (failure instanceof HandshakeFailure handshake) {
      QmpDisconnect cause = handshake.disconnect();
      String message =
          "Cannot use the QMP monitor '" + socket + "': " + cause.message() + " in the handshake";
      return switch (cause.reason()) {
        case HUNG_UP, CLOSED -> new MachineLostException(message + ".", cause.cause());
        case NOT_QMP, FRAME_TOO_LONG, REJECTED, IO_FAILURE ->
            new HostFailureException(message + ".", cause.cause());
      };
    }
    if (failure instanceof BerthException refused) {
      return refused;
    }
    throw new IllegalStateException("an unexpected failure of the handshake", failure);
  }

  private DeadlineExceededException late() {
    return new DeadlineExceededException(
        "The QMP monitor '" + socket + "' was not usable within the deadline: " + obstacle + ".");
  }

  private void fail(BerthException failure) {
    if (done) {
      return;
    }
    stop(failure.getMessage());
    complete(() -> future.completeExceptionally(failure));
  }

  private void stop(@Nullable String reason) {
    if (done) {
      return;
    }
    finish();
    if (session != null) {
      session.close(
          QmpDisconnect.of(QmpDisconnect.Reason.CLOSED, reason == null ? "given up" : reason));
    }
  }

  private void finish() {
    done = true;
    loop.leave(this);
    loop.cancel(timer);
  }

  private void complete(Runnable completion) {
    try {
      loop.callbacks().execute(completion);
    } catch (RejectedExecutionException e) {
      completion.run(); // nobody else is left to do it
    }
  }

  /** Short at first, because a starting QEMU is ready within milliseconds. */
  private Duration pause() {
    long elapsedMillis = (System.nanoTime() - begunNanos) / 1_000_000;
    return Duration.ofMillis(elapsedMillis < 200 ? 1 : elapsedMillis < 2000 ? 5 : 25);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
