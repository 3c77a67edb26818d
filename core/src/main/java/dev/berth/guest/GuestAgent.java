package dev.berth.guest;

import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineLostException;
import dev.berth.error.MachineStalledException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpRecorder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
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
 *   <li>{@link InvalidStateException}: there is no agent, as its port tells; the command was not
 *       sent
 *   <li>{@link MachineStalledException}: QEMU does not answer, and the caller has no deadline
 *   <li>{@link OutcomeUnknownException}: it was sent, and the channel or the agent ended before the
 *       answer came, or the answer cannot be read
 *   <li>{@link MachineLostException}: the channel ended before it was sent
 *   <li>{@link BusyException}: QEMU takes no connection to the channel, as one that hangs does
 *       after a few; the command was not sent
 *   <li>{@link HostFailureException}: there is no channel, or the guest floods it with something
 *       else; the command was not sent
 * </ul>
 */
public final class GuestAgent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GuestAgent.class);

  private static final Set<String> UNANSWERED =
      Set.of("guest-shutdown", "guest-suspend-disk", "guest-suspend-ram", "guest-suspend-hybrid");

  private final Path socket;
  private final QmpRecorder recorder;
  private final ReentrantLock turn = new ReentrantLock(true);

  // Written by whose turn it is.
  private volatile @Nullable AgentChannel channel;
  private volatile @Nullable String underWay;

  private final AtomicLong restarts = new AtomicLong();
  private final AtomicLong suspensions = new AtomicLong();
  private volatile boolean absent;
  private volatile boolean stalled;
  private volatile @Nullable String closedBecause;

  private final AgentCall.Signals signals =
      new AgentCall.Signals() {
        @Override
        public @Nullable String closedBecause() {
          return closedBecause;
        }

        @Override
        public long suspensions() {
          return suspensions.get();
        }

        @Override
        public boolean isAbsent() {
          return absent;
        }

        @Override
        public boolean isStalled() {
          return stalled;
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
    this(socket, QmpRecorder.NONE);
  }

  /**
   * The same, with its commands and their answers on record.
   *
   * @param recorder notes them on the threads of their callers; not what synchronises
   */
  public GuestAgent(Path socket, QmpRecorder recorder) {
    this.socket = socket;
    this.recorder = recorder;
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
   * Sends a command that is not answered when it succeeds, as {@link #answers} tells. Returns when
   * the agent is through with it, or has ended with its guest or machine, or the guest has been
   * {@linkplain #suspended suspended}; its effect shows elsewhere.
   *
   * @throws BerthException as listed above
   * @throws InterruptedException when the thread is interrupted
   */
  public void tell(QmpCommand<?> command, Deadline deadline) throws InterruptedException {
    inTurn(
        command,
        deadline,
        call -> {
          call.awaitEffect();
          return Json.object();
        });
  }

  /** Whether agents answer that command when it succeeds. */
  public static boolean answers(String command) {
    return !UNANSWERED.contains(command);
  }

  /**
   * The guest has opened its side of the port, as QEMU's event {@code VSERPORT_CHANGE} tells: the
   * agent that was there before, if any, will not answer any more. A command that waits for its
   * answer fails with {@link OutcomeUnknownException}; one that is not sent yet begins anew. Any
   * thread.
   */
  public void restarted() {
    absent = false;
    restarts.incrementAndGet();
    wake();
  }

  /**
   * The guest has closed its side of the port: there is no agent. A command that waits for its
   * answer fails as by {@link #restarted}; until that is called, others fail at once with {@link
   * InvalidStateException}. Any thread.
   */
  public void ended() {
    absent = true;
    restarts.incrementAndGet();
    wake();
  }

  /** The guest sleeps, and so does its agent: which is what some commands are for. Any thread. */
  public void suspended() {
    suspensions.incrementAndGet();
    wake();
  }

  /**
   * QEMU has stopped answering: calls without a deadline fail with {@link MachineStalledException}
   * until {@link #goesOn}. Any thread.
   */
  public void stalls() {
    stalled = true;
    wake();
  }

  /** QEMU answers again. Any thread. */
  public void goesOn() {
    stalled = false;
  }

  /** Ends the connection; a command under way fails. Any thread; returns at once. */
  @Override
  public void close() {
    close("it was closed on this side");
  }

  /** The same for that reason, which goes on after a colon. */
  public void close(String because) {
    closedBecause = because;
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
      call = new AgentCall<>(connected(command), command, deadline, signals, recorder);
      call.synchronise();
      call.send();
      return ending.of(call);
    } catch (IOException e) {
      throw call == null ? unreachable(command, e) : call.failed(e);
    } finally {
      underWay = null;
      if (closedBecause != null || (call != null && call.isBroken())) {
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
    String why = closedBecause;
    if (why != null) {
      throw new MachineLostException(
          "Cannot send '"
              + command.command()
              + "' to the guest agent: its channel ended: "
              + why
              + ".");
    }
    if (absent) {
      throw new AgentFailures(command.command()).absent(); // whether or not QEMU can be reached
    }
    AgentChannel present = channel;
    if (present == null) {
      present =
          AgentChannel.connect(socket)
              .orElseThrow(new AgentFailures(command.command())::notConnected);
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
