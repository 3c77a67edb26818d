package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidRequestException;

/** Makes what the server sends. */
final class Reply {
  private Reply() {}

  static ObjectNode result(JsonNode id, JsonNode result) {
    ObjectNode reply = Protocol.message();
    reply.set("id", id);
    reply.set("result", result);
    return reply;
  }

  /** The reply to a call that was understood and failed. */
  static ObjectNode failure(JsonNode id, BerthException error) {
    return failure(
        id,
        error instanceof InvalidRequestException ? RpcCode.INVALID_PARAMS : RpcCode.CALL_FAILED,
        error);
  }

  static ObjectNode failure(JsonNode id, RpcCode code, BerthException error) {
    ObjectNode reply = Protocol.message();
    reply.set("id", id);
    reply.set("error", ErrorCodec.write(code, error));
    return reply;
  }

  static ObjectNode notification(String method, JsonNode params) {
    ObjectNode message = Protocol.message();
    message.put("method", method);
    message.set("params", params);
    return message;
  }
}
