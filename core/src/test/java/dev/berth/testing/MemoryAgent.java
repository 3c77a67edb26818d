package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.AgentState;
import dev.berth.domain.DomainState;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.AgentRequest;
import dev.berth.host.QmpRequest;
import dev.berth.json.Json;
import dev.berth.schema.AgentCommands;
import dev.berth.schema.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The guest agent of a domain of a {@link MemoryHost}: it knows what it was told to answer, and
 * {@code guest-ping}. The caller holds the contents' lock.
 */
final class MemoryAgent {
  private final MemoryDomain domain;

  MemoryAgent(MemoryDomain domain) {
    this.domain = domain;
  }

  String send(AgentRequest request) {
    String command = request.command();
    JsonNode arguments = read(request.arguments());
    if (request.check() == QmpRequest.Check.TYPED) {
      check(command, arguments);
    }
    if (domain.state() != DomainState.RUNNING) {
      throw MemoryVerbs.illegal("ask the agent of", domain, DomainState.RUNNING);
    }
    if (domain.agent() != AgentState.CONNECTED) {
      throw new InvalidStateException(
          "Cannot send '" + command + "': the guest agent is not running in the guest.");
    }
    String answer = domain.agentAnswers.get(command);
    if (answer == null && !command.equals("guest-ping")) {
      throw QemuRefusedException.byGuestAgent(
          command, "CommandNotFound", "The command " + command + " has not been found");
    }
    return answer == null ? "{}" : answer;
  }

  private static void check(String command, JsonNode arguments) {
    List<Violation> violations = AgentCommands.schema().check(command, arguments);
    if (!violations.isEmpty()) {
      throw new InvalidRequestException(
          "Not sent: " + violations.stream().map(Violation::text).toList() + ".");
    }
  }

  private static JsonNode read(String json) {
    try {
      return Json.read(json);
    } catch (IOException checked) {
      throw new UncheckedIOException(checked);
    }
  }
}
