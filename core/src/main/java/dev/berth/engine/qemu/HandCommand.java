package dev.berth.engine.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.QmpRequest;
import dev.berth.machine.HeldResources;
import dev.berth.qmp.QmpCommand;
import java.util.Optional;

/**
 * A QMP command that somebody sends by hand.
 *
 * @param arguments those of the request; grows before it is sent
 * @param held the file descriptor that goes with it, if any
 * @param descriptor the name of that
 */
public record HandCommand(
    QmpRequest request,
    ObjectNode arguments,
    HeldResources held,
    Optional<String> descriptor,
    String actor,
    boolean hasDeadline) {

  /** A command with its arguments read, and nothing else done. */
  public static HandCommand of(
      QmpRequest request, HeldResources held, String actor, boolean hasDeadline) {
    return new HandCommand(
        request,
        HandRules.arguments(request.arguments()),
        held,
        held.names().descriptors().stream().findFirst(),
        actor,
        hasDeadline);
  }

  /** Its QAPI name. */
  public String name() {
    return request.command();
  }

  /** Whether the machine may be another one afterwards. */
  public boolean mayChange() {
    return HandRules.mayChange(name(), arguments);
  }

  /** As it is sent; answered with what QEMU returns. */
  public QmpCommand<JsonNode> toSend() {
    return new Any(name(), arguments);
  }

  /** Any command, answered with what is returned. */
  public record Any(String command, ObjectNode arguments) implements QmpCommand<JsonNode> {
    @Override
    public JsonNode decode(JsonNode value) {
      return value;
    }
  }
}
