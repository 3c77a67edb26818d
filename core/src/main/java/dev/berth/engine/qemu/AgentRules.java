package dev.berth.engine.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.InvalidRequestException;
import dev.berth.guest.GuestAgent;
import dev.berth.host.AgentRequest;
import dev.berth.host.QmpRequest;
import dev.berth.json.Json;
import dev.berth.qmp.Deadline;
import dev.berth.schema.AgentCommands;

/** Commands that somebody sends to a guest agent by hand: checked, sent, answered. */
public final class AgentRules {
  private AgentRules() {}

  /**
   * The request as a command.
   *
   * @throws InvalidRequestException when it is to be checked, and no known agent takes it so
   */
  public static HandCommand.Any checked(AgentRequest request) {
    ObjectNode arguments = HandRules.arguments(request.arguments());
    if (request.check() == QmpRequest.Check.TYPED) {
      HandRules.refuse(
          "No guest agent that is known here takes '" + request.command() + "' so",
          AgentCommands.schema().check(request.command(), arguments));
    }
    return new HandCommand.Any(request.command(), arguments);
  }

  /** Sends it, on this thread, and returns the answer as JSON. */
  public static String send(GuestAgent agent, HandCommand.Any command, Deadline deadline)
      throws InterruptedException {
    if (GuestAgent.answers(command.command())) {
      JsonNode returned = agent.execute(command, deadline);
      return Json.text(returned);
    }
    agent.tell(command, deadline);
    return "{}";
  }
}
