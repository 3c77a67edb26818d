package dev.berth.qmp;

import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.MachineLostException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.UnsupportedException;
import java.io.FileDescriptor;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One negotiated QMP connection. Any thread may use it; whoever got it from {@link QmpLoop#connect}
 * closes it. Commands are answered in the order in which they were given, except those sent out of
 * band. Futures complete on the loop's callback executor, never on the selector thread.
 *
 * <p>How a command fails:
 *
 * <ul>
 *   <li>{@link QemuRefusedException}: QEMU answered with an error
 *   <li>{@link OutcomeUnknownException}: the connection ended after the command was sent at least
 *       in part, or QEMU carried it out and its reply cannot be read
 *   <li>{@link MachineLostException}: the connection had ended before any of it was sent
 *   <li>{@link BusyException}: too many commands are waiting already; nothing was sent
 *   <li>{@link InvalidRequestException}: its file descriptor was closed; nothing was sent
 *   <li>{@link UnsupportedException}: the {@link CommandGate} knows that this QEMU lacks it, or
 *       must not be sent it; nothing was sent
 * </ul>
 */
public final class QmpConnection implements AutoCloseable {
  private final Session session;
  private final QmpGreeting greeting;
  private final CommandGate gate;

  QmpConnection(Session session, QmpGreeting greeting, CommandGate gate) {
    this.session = session;
    this.greeting = greeting;
    this.gate = gate;
  }

  /** What QEMU said of itself. */
  public QmpGreeting greeting() {
    return greeting;
  }

  /**
   * The process at the other end: QEMU when it made the socket itself, but this process when the
   * socket was made here and handed to QEMU. Empty when the kernel does not tell.
   */
  public OptionalLong peerPid() {
    return session.peerPid();
  }

  /** Whether this QEMU has that command; true as well when nobody knows. Constant time. */
  public boolean supports(String command) {
    return gate.supports(command);
  }

  /**
   * Whether this QEMU has that command with that argument; true as well when nobody knows. Constant
   * time.
   */
  public boolean supports(String command, String argument) {
    return gate.supports(command, argument);
  }

  /**
   * This connection without its gate, for a command that somebody wants sent whatever is known of
   * it. Closing either closes both.
   */
  public QmpConnection ungated() {
    return new QmpConnection(session, greeting, CommandGate.OPEN);
  }

  /** Sends a command; returns at once. */
  public <R extends @Nullable Object> CompletableFuture<R> send(QmpCommand<R> command) {
    return send(command, Call.Lane.IN_BAND, null);
  }

  /**
   * Sends a command together with a file descriptor, in the same message. The descriptor remains
   * the caller's and must stay open until the future completes. At most one such command is in
   * flight; others wait, and what was given after them waits too.
   */
  public <R extends @Nullable Object> CompletableFuture<R> send(
      QmpCommand<R> command, FileDescriptor descriptor) {
    return send(command, Call.Lane.IN_BAND, descriptor);
  }

  /**
   * Sends a command past all queued ones. QEMU refuses those that it does not allow out of band:
   * {@code migrate-recover}, {@code migrate-pause}, {@code yank} and {@code query-yank} it does.
   * Fails with {@link UnsupportedException} when this QEMU has no out-of-band lane (before 2.12).
   */
  public <R extends @Nullable Object> CompletableFuture<R> sendOutOfBand(QmpCommand<R> command) {
    if (!greeting.offersOutOfBand()) {
      return CompletableFuture.failedFuture(
          new UnsupportedException(
              "Cannot send '"
                  + command.command()
                  + "' out of band: QEMU "
                  + greeting.version()
                  + " does not offer it on this monitor. Send it in band."));
    }
    return send(command, Call.Lane.OUT_OF_BAND, null);
  }

  /**
   * Sends a command and waits for the answer.
   *
   * @throws DeadlineExceededException when the deadline passes first; a command that was not sent
   *     by then never will be, the late reply to one that was is consumed and dropped
   * @throws BerthException as listed above
   * @throws InterruptedException when the thread is interrupted; that ends the wait, not the
   *     command
   */
  public <R extends @Nullable Object> R execute(QmpCommand<R> command, Deadline deadline)
      throws InterruptedException {
    return await(command, session.submit(gate, command, Call.Lane.IN_BAND, null), deadline);
  }

  /**
   * Sends a command together with a file descriptor and waits for the answer. After a passed
   * deadline or an interruption the descriptor must stay open until QEMU has answered or the
   * connection ends.
   *
   * @throws DeadlineExceededException when the deadline passes first
   * @throws BerthException as listed above
   * @throws InterruptedException when the thread is interrupted; that ends the wait, not the
   *     command
   */
  public <R extends @Nullable Object> R execute(
      QmpCommand<R> command, FileDescriptor descriptor, Deadline deadline)
      throws InterruptedException {
    return await(command, session.submit(gate, command, Call.Lane.IN_BAND, descriptor), deadline);
  }

  /**
   * Registers the wish for an event; it is in force when this returns. Close the expectation when
   * it is no longer needed. The predicate runs on the callback executor.
   */
  public Expectation expect(Predicate<QmpEvent> event) {
    return session.expect(event);
  }

  /**
   * Asks for a sign of life, out of band where QEMU offers that. Any answer is one, a refusal too.
   * Without an answer the future stays open until the connection ends, when it fails as a command
   * does.
   */
  public CompletableFuture<SignOfLife> probe() {
    boolean outOfBand = greeting.offersOutOfBand();
    var command = new PlainCommand(outOfBand ? "query-yank" : "query-status");
    Call.Lane lane = outOfBand ? Call.Lane.OUT_OF_BAND : Call.Lane.IN_BAND;
    var result = new CompletableFuture<SignOfLife>();
    // A QEMU that lacks the command says so, which is a sign of life: past the gate.
    submit(CommandGate.OPEN, command, lane, null, result)
        .ifPresent(
            call ->
                call.outcome()
                    .thenAcceptAsync(
                        outcome -> settle(result, () -> sign(call, command, outcome)),
                        session.callbacks()));
    return result;
  }

  private static SignOfLife sign(Call call, PlainCommand command, Outcome outcome) {
    if (!(outcome instanceof Outcome.Refused)) {
      outcome.result(command);
    }
    return new SignOfLife(
        switch (call.lane()) {
          case IN_BAND -> SignOfLife.Lane.IN_BAND;
          case OUT_OF_BAND -> SignOfLife.Lane.OUT_OF_BAND;
        },
        Duration.ofNanos(call.ageNanos()));
  }

  /**
   * Tells QEMU to exit. QEMU may hang up without a reply: the future completes when it has hung up,
   * whether it answered or not, and fails when it refused or the connection ended otherwise.
   */
  public CompletableFuture<QmpDisconnect> quit() {
    var result = new CompletableFuture<QmpDisconnect>();
    send(new PlainCommand("quit"))
        .whenComplete(
            (reply, failure) -> {
              if (failure == null || failure instanceof OutcomeUnknownException) {
                session.disconnected().thenAccept(end -> quitEnded(end, result));
              } else {
                result.completeExceptionally(failure);
              }
            });
    return result;
  }

  private static void quitEnded(QmpDisconnect end, CompletableFuture<QmpDisconnect> result) {
    if (end.reason() == QmpDisconnect.Reason.HUNG_UP) {
      result.complete(end);
    } else {
      result.completeExceptionally(
          new OutcomeUnknownException(
              "QEMU was told to quit, but the connection ended before it hung up: "
                  + end.message()
                  + ".",
              end.cause()));
    }
  }

  /**
   * Completes once, never exceptionally, with the first cause, after the last event is delivered.
   */
  public CompletableFuture<QmpDisconnect> disconnected() {
    return session.disconnected().copy();
  }

  /** The in-band command that has waited longest for its answer. Cheap. */
  public Optional<PendingCommand> oldestPending() {
    return session.outbox().oldest();
  }

  /** How long the oldest in-band command has waited for its answer; zero when none does. Cheap. */
  public Duration oldestPendingAge() {
    return oldestPending().map(PendingCommand::age).orElse(Duration.ZERO);
  }

  /** Replies that answered no command of ours, and were dropped. */
  public long unknownReplies() {
    return session.unknownReplies();
  }

  /**
   * Closes the connection, soon; QEMU runs on. What is pending fails. Returns at once: {@link
   * #disconnected()} tells when it is done.
   */
  @Override
  public void close() {
    session.close(QmpDisconnect.of(QmpDisconnect.Reason.CLOSED, "it was closed on this side"));
  }

  @Override
  public String toString() {
    return "QMP connection to QEMU " + greeting.version() + " at " + session.peer();
  }

  private <R extends @Nullable Object> CompletableFuture<R> send(
      QmpCommand<R> command, Call.Lane lane, @Nullable FileDescriptor descriptor) {
    var result = new CompletableFuture<R>();
    submit(gate, command, lane, descriptor, result)
        .ifPresent(
            call ->
                call.outcome()
                    .thenAcceptAsync(
                        outcome -> settle(result, () -> outcome.result(command)),
                        session.callbacks()));
    return result;
  }

  private Optional<Call> submit(
      CommandGate asked,
      QmpCommand<?> command,
      Call.Lane lane,
      @Nullable FileDescriptor descriptor,
      CompletableFuture<?> result) {
    try {
      return Optional.of(session.submit(asked, command, lane, descriptor));
    } catch (BusyException | UnsupportedException e) {
      result.completeExceptionally(e);
      return Optional.empty();
    }
  }

  /** Computes a result that may throw. */
  private interface Result<R extends @Nullable Object> {
    R compute();
  }

  private static <R extends @Nullable Object> void settle(
      CompletableFuture<R> future, Result<R> result) {
    try {
      future.complete(result.compute());
    } catch (RuntimeException e) { // the top of a task: the future carries it
      future.completeExceptionally(e);
    }
  }

  private <R extends @Nullable Object> R await(QmpCommand<R> command, Call call, Deadline deadline)
      throws InterruptedException {
    Outcome outcome;
    try {
      outcome = call.outcome().get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      outcome = late(call);
    } catch (ExecutionException e) {
      throw Failures.asUnchecked(e.getCause());
    }
    return outcome.result(command);
  }

  private Outcome late(Call call) {
    if (session.withdraw(call)) {
      throw new DeadlineExceededException(
          "'"
              + call.name()
              + "' was not sent within the deadline, and will not be: QEMU is behind.");
    }
    Outcome inTime = call.outcome().getNow(null);
    if (inTime != null) {
      return inTime;
    }
    throw new DeadlineExceededException(
        "QEMU did not answer '"
            + call.name()
            + "' within the deadline; it may still carry it out. Query the state before going on.");
  }
}
