package dev.berth.guest;

import dev.berth.error.OutcomeUnknownException;
import dev.berth.host.AgentRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.qmp.QmpCommand;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The guest agent of one domain, with the commands of {@code dev.berth.qapi.agent}: {@code new
 * TypedAgent(host, web).execute(new GuestGetOsinfo(), options).prettyName()}. For any host, here or
 * elsewhere. The model follows QEMU and so is not of the supported types; {@link VmHost#agent} is.
 * Immutable.
 *
 * @param host whose domain it is
 * @param domain whose guest has the agent
 */
public record TypedAgent(VmHost host, DomainRef domain) {

  /**
   * Sends a command, checked, and waits for the answer.
   *
   * @throws OutcomeUnknownException when the answer is not what the command's model expects
   * @throws dev.berth.error.BerthException as {@link VmHost#agent} does
   */
  public <R extends @Nullable Object> R execute(QmpCommand<R> command, CallOptions options) {
    AgentRequest request = AgentRequest.of(command.command(), Json.text(command.arguments()));
    String returned = host.agent(domain, request, options);
    try {
      return command.decode(Json.read(returned));
    } catch (IOException | MalformedReplyException e) {
      throw new OutcomeUnknownException(
          "The guest agent answered '"
              + command.command()
              + "', but its answer cannot be read: "
              + e.getMessage()
              + ". Query the state before doing anything else.",
          e);
    }
  }
}
