package dev.berth.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.MalformedReplyException;
import org.jspecify.annotations.Nullable;

/**
 * One typed QMP command with its arguments. Implementations are records named after the QAPI
 * command whose components are its arguments.
 *
 * @param <R> what the command returns; {@link Void} for commands that return an empty object
 */
public interface QmpCommand<R extends @Nullable Object> {

  /** The QAPI name, e.g. {@code query-status}. */
  String command();

  /**
   * The arguments as QEMU expects them; an empty object for none. Optional members that are absent
   * are left out.
   */
  ObjectNode arguments();

  /**
   * The typed reply. Unknown members are ignored.
   *
   * @param value the {@code return} member of QEMU's reply
   * @throws MalformedReplyException when a mandatory member is missing or of another type
   */
  R decode(JsonNode value);
}
