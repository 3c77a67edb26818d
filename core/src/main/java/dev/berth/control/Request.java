package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import java.io.IOException;

/**
 * One request as it came in.
 *
 * @param id to be repeated in the reply; missing for a notification, which gets none
 * @param method what to do
 * @param params {@code params}, unchecked
 */
record Request(JsonNode id, Method method, JsonNode params) {

  /** A line that is no request; {@code id} as far as it could be read. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final transient ObjectNode reply;

    private Refused(JsonNode id, RpcCode code, BerthException error) {
      super(error);
      this.reply = Reply.failure(id, code, error);
    }

    /** The reply to that line. */
    ObjectNode reply() {
      return reply;
    }
  }

  /** Whether the caller wants a reply. */
  boolean wantsReply() {
    return !id.isMissingNode();
  }

  /**
   * The request in that line.
   *
   * @throws Refused when it is none, with the reply
   */
  static Request parse(byte[] line, Methods methods) throws Refused {
    JsonNode message;
    try {
      message = Json.read(line);
    } catch (IOException e) {
      throw refused(NullNode.instance, RpcCode.PARSE_ERROR, "The line is no JSON document.");
    }
    JsonNode id = message.path("id");
    if (!id.isMissingNode() && !id.isTextual() && !id.isNumber() && !id.isNull()) {
      throw refused(
          NullNode.instance, RpcCode.INVALID_REQUEST, "'id' should be a text or a number.");
    }
    JsonNode replyId = id.isMissingNode() ? NullNode.instance : id;
    if (!message.isObject()) {
      throw refused(
          replyId, RpcCode.INVALID_REQUEST, "A request is one JSON object; there are no batches.");
    }
    if (!Protocol.VERSION_TEXT.equals(message.path(Protocol.VERSION_MEMBER).textValue())) {
      throw refused(replyId, RpcCode.INVALID_REQUEST, "'jsonrpc' should be \"2.0\".");
    }
    String name = message.path("method").textValue();
    if (name == null) {
      throw refused(replyId, RpcCode.INVALID_REQUEST, "'method' should be a text.");
    }
    Method method = methods.find(name).orElse(null);
    if (method == null) {
      throw new Refused(
          replyId,
          RpcCode.METHOD_NOT_FOUND,
          new UnsupportedException(
              "This host knows no method '"
                  + Params.printable(name)
                  + "'. 'hello' tells its version."));
    }
    return new Request(id, method, message.path("params"));
  }

  private static Refused refused(JsonNode id, RpcCode code, String message) {
    return new Refused(id, code, new InvalidRequestException(message));
  }
}
