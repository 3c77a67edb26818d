package dev.berth.guest;

import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.MachineLostException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one guest. Any thread may use it, one command at a time: others wait their turn.
 * Whoever made it closes it. There are no threads here: a call waits on its caller's, until the
 * deadline that the caller gives, so it is nothing for a driver's turn.
 *
 * <pre>
 *   command ──► connect, if there is no connection
 *           ──► 0xFF, guest-sync-delimited ID ──► all is dropped until 0xFF, ID; asked again
 *               with another ID when the answer is long in coming
 *           ──► the command ──► its answer
 * </pre>
 *
 * <p>Why it synchronises before each command: answers carry no id. What comes after the agent's
 * answer to a number that was never used before is the answer to what is sent next, and not one
 * that came late, is of another client, or of an agent that ended meanwhile. It also finds out
 * whether an agent listens at all before the command is sent, so that a guest without an agent does
 * not leave an outcome unknown. It costs one round trip, some hundred microseconds.
 *
 * <p>How a command fails:
 *
 * <ul>
 *   <li>{@link DeadlineExceededException}: in time came no answer; the message says whether the
 *       command was sent
 *   <li>{@link QemuRefusedException}: the agent answered with an error
 *   <li>{@link OutcomeUnknownException}: it was sent, and the channel or the agent ended before the
 *       answer came, or the answer cannot be read
 *   <li>{@link MachineLostException}: the channel ended before it was sent
 *   <li>{@link HostFailureException}: there is no channel, or the guest floods it with something
 *       else; the command was not sent
 * </ul>
 */
public final class GuestAgent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GuestAgent.class);

  private final Path socket;
  private final ReentrantLock turn = new ReentrantLock(true);

  // Written by whose turn it is.
  private volatile @Nullable AgentChannel channel;
  private volatile @Nullable String underWay;

  private final AtomicLong restarts = new AtomicLong();
  private volatile boolean closed;

  private final AgentCall.Signals signals =
      new AgentCall.Signals() {
        @Override
        public boolean isClosed() {
          return closed;
        }

        @Override
        public long restarts() {
          return restarts.get();
        }
      };

  /**
   * The agent that listens behind that socket; nothing is done yet.
   *
   * @param socket of the port {@code org.qemu.guest_agent.0}, made by QEMU
   */
  public GuestAgent(Path socket) {
    this.socket = socket;
  }

  /**
   * Sends a command and waits for the answer. A deadline that passes ends the wait, not the
   * command; the late answer is dropped.
   *
   * @throws BerthException as listed above
   * @throws InterruptedException when the thread is interrupted; that ends the wait, not the
   *     command
   */
  public <R extends @Nullable Object> R execute(QmpCommand<R> command, Deadline deadline)
      throws InterruptedException {
    return inTurn(command, deadline, AgentCall::answer);
  }

  /**
   * Sends a command that is not answered when it succeeds: {@code guest-shutdown}, {@code
   * guest-suspend-disk}, {@code guest-suspend-ram} and {@code guest-suspend-hybrid}. Returns when
   * it is sent to an agent that was listening; its effect shows elsewhere.
   *
   * @throws BerthException as listed above
   * @throws InterruptedException when the thread is interrupted
   */
  public void tell(QmpCommand<?> command, Deadline deadline) throws InterruptedException {
    inTurn(command, deadline, call -> Json.object());
  }

  /**
   * The guest has opened or closed its side of the port, as QEMU's event {@code VSERPORT_CHANGE}
   * tells: an agent that has ended will not answer any more. A command that waits for its answer
   * fails with {@link OutcomeUnknownException}; one that is not sent yet begins anew. Any thread.
   */
  public void restarted() {
    restarts.incrementAndGet();
    wake();
  }

  /** Ends the connection; a command under way fails. Any thread; returns at once. */
  @Override
  public void close() {
    closed = true;
    wake();
    if (turn.tryLock()) {
      try {
        disconnect();
      } finally {
        turn.unlock();
      }
    }
  }

  @Override
  public String toString() {
    return "guest agent at " + socket;
  }

  private void wake() {
    AgentChannel present = channel;
    if (present != null) {
      present.wake();
    }
  }

  /** What is waited for once the command is sent. */
  private interface Ending<C extends @Nullable Object, R extends @Nullable Object> {
    R of(AgentCall<C> call) throws IOException, InterruptedException;
  }

  private <C extends @Nullable Object, R extends @Nullable Object> R inTurn(
      QmpCommand<C> command, Deadline deadline, Ending<C, R> ending) throws InterruptedException {
    awaitTurn(command, deadline);
    AgentCall<C> call = null;
    try {
      underWay = command.command();
      call = new AgentCall<>(connected(command), command, deadline, signals);
      call.synchronise();
      call.send();
      return ending.of(call);
    } catch (IOException e) {
      throw call == null ? unreachable(command, e) : call.failed(e);
    } finally {
      underWay = null;
      if (closed || (call != null && call.isBroken())) {
        disconnect();
      }
      turn.unlock();
    }
  }

  private void awaitTurn(QmpCommand<?> command, Deadline deadline) throws InterruptedException {
    if (!turn.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
      throw new DeadlineExceededException(
          "'"
              + command.command()
              + "' was not sent to the guest agent within the deadline: '"
              + underWay
              + "' was waiting for its answer.");
    }
  }

  private AgentChannel connected(QmpCommand<?> command) throws IOException {
    if (closed) {
      throw new MachineLostException(
          "Cannot send '" + command.command() + "' to the guest agent: its channel was closed.");
    }
    AgentChannel present = channel;
    if (present == null) {
      present = AgentChannel.connect(socket);
      channel = present;
    }
    return present;
  }

  private void disconnect() {
    AgentChannel present = channel;
    channel = null;
    if (present != null) {
      try {
        present.close();
      } catch (IOException e) {
        LOG.debug("The guest agent's channel {} does not close cleanly", socket, e);
      }
    }
  }

  private HostFailureException unreachable(QmpCommand<?> command, IOException e) {
    return new HostFailureException(
        "Cannot send '"
            + command.command()
            + "' to the guest agent: its channel "
            + socket
            + " cannot be reached: "
            + e.getMessage()
            + ". Its machine has ended, or was started without one.",
        e);
  }
}
