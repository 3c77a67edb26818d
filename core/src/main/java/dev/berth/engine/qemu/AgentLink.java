package dev.berth.engine.qemu;

import dev.berth.domain.AgentState;
import dev.berth.guest.GuestAgent;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.QmpRecorder;
import java.util.Optional;

/**
 * A live machine's guest agent, and whether it listens. Owned by the driver; the agent itself is
 * for its callers' threads, and has neither thread nor socket until one of them has a command.
 *
 * <p>Two sources tell whether the guest has the agent's port open: QEMU's event and its answer to
 * {@code query-chardev}. An answer counts only when no event came since it was asked for, because
 * the two may be seen in either order.
 */
public final class AgentLink {
  private final Optional<GuestAgent> agent;
  private AgentState state;
  private boolean stateIsAnswered;
  private long events;

  /**
   * The agent of a machine.
   *
   * @param state when there is a channel
   */
  public AgentLink(LaunchRecord launch, AgentState state, QmpRecorder recorder) {
    this.agent =
        launch.hasAgentChannel()
            ? Optional.of(new GuestAgent(launch.files().agentSocket(), recorder))
            : Optional.empty();
    this.state = agent.isPresent() ? state : AgentState.NO_CHANNEL;
    if (this.state == AgentState.DISCONNECTED) {
      agent.ifPresent(GuestAgent::ended);
    }
  }

  public AgentState state() {
    return state;
  }

  public Optional<GuestAgent> agent() {
    return agent;
  }

  /** How many events there were; for {@link #answered}. */
  public long events() {
    return events;
  }

  /**
   * QEMU's event. An agent that is said to have come although it is there has been restarted;
   * unless it is known from an answer, which the event may follow by a second.
   *
   * @return whether the state is another
   */
  public boolean told(boolean open) {
    events++;
    boolean restarted = state == AgentState.CONNECTED && !stateIsAnswered;
    stateIsAnswered = false;
    return become(open, restarted);
  }

  /**
   * QEMU's answer.
   *
   * @param asked how many events there were when it was asked
   * @return whether the state is another
   */
  public boolean answered(boolean open, long asked) {
    if (asked != events) {
      return false;
    }
    stateIsAnswered = true;
    return become(open, false);
  }

  private boolean become(boolean open, boolean restarted) {
    AgentState next = open ? AgentState.CONNECTED : AgentState.DISCONNECTED;
    boolean changes = next != state;
    state = next;
    if (changes || restarted) {
      agent.ifPresent(open ? GuestAgent::restarted : GuestAgent::ended);
    }
    return changes;
  }
}
