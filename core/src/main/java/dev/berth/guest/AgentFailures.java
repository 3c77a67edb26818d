package dev.berth.guest;

import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineLostException;
import dev.berth.error.MachineStalledException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.json.MalformedReplyException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What is said when a command gets no answer from a guest agent. Once it was sent it may have been
 * carried out, and every message says so.
 *
 * @param command the command's name
 */
record AgentFailures(String command) {

  InvalidStateException absent() {
    return new InvalidStateException(
        "Cannot send '"
            + command
            + "': the guest agent is not running in the guest. Start qemu-guest-agent there, or"
            + " wait until its channel is shown as connected.");
  }

  BusyException notConnected() {
    return new BusyException(
        "Cannot send '"
            + command
            + "' to the guest agent: QEMU takes no connection to its channel now. It may be"
            + " stalled, or another client has the channel. Try again later.");
  }

  BerthException ended(boolean sent, String why, @Nullable IOException cause) {
    return sent
        ? new OutcomeUnknownException(
            "The guest agent's channel ended before the answer to '"
                + command
                + "' came: "
                + why
                + ". It may have been carried out.",
            cause)
        : new MachineLostException(
            "Cannot send '" + command + "' to the guest agent: its channel ended: " + why + ".",
            cause);
  }

  MachineStalledException stalled(boolean sent) {
    return new MachineStalledException(
        (sent
                ? "The guest agent has not answered '"
                    + command
                    + "', and may still carry it out: its machine's QEMU"
                : "Cannot send '" + command + "' to the guest agent: its machine's QEMU")
            + " does not answer. Give a deadline to wait for it, or destroy the domain.");
  }

  OutcomeUnknownException restarted() {
    return new OutcomeUnknownException(
        "The guest agent ended before it answered '"
            + command
            + "'. It may have been carried out.");
  }

  OutcomeUnknownException unreadable(MalformedReplyException cause) {
    return new OutcomeUnknownException(
        "The guest agent answered '"
            + command
            + "', but its answer cannot be read: "
            + cause.getMessage()
            + ". Query the state before doing anything else.",
        cause);
  }

  BerthException flooded(boolean sent, long receivedBytes) {
    String what =
        "The guest has sent "
            + receivedBytes
            + " bytes on its agent's channel with no answer to '"
            + command
            + "'";
    return sent
        ? new OutcomeUnknownException(what + ". It may have been carried out.")
        : new HostFailureException(what + ", which was not sent. The guest misbehaves.");
  }

  DeadlineExceededException late(boolean sent) {
    return new DeadlineExceededException(
        sent
            ? "The guest agent did not answer '"
                + command
                + "' within the deadline; it may still carry it out. Query the state before going"
                + " on."
            : "The guest agent did not answer within the deadline, so '"
                + command
                + "' was not sent: the guest has no agent running, or does not get on, or another"
                + " client has the channel.");
  }
}
