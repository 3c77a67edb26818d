package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;

/**
 * A command for the guest agent in a domain's guest. Immutable.
 *
 * @param command the QAPI name, e.g. {@code guest-get-fsinfo}
 * @param arguments its arguments, one JSON object
 * @param check whether they are checked before they are sent: with what Berth knows of agents, for
 *     none describes itself
 */
@Api(since = "0.1")
public record AgentRequest(String command, String arguments, QmpRequest.Check check) {

  /**
   * A request whose arguments are JSON.
   *
   * @throws InvalidRequestException when the command is no name, or the arguments are not one
   *     object, have a member twice or half a surrogate pair, or are longer than 4 Mi characters
   */
  public AgentRequest {
    CommandText.check(command, arguments);
  }

  /** A command that is checked. */
  public static AgentRequest of(String command, String arguments) {
    return new AgentRequest(command, arguments, QmpRequest.Check.TYPED);
  }

  /** The same, sent as it is: for an agent that is newer than this Berth. */
  public AgentRequest raw() {
    return new AgentRequest(command, arguments, QmpRequest.Check.RAW);
  }
}
