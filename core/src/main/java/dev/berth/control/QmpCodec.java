package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.AgentRequest;
import dev.berth.host.QmpEvents;
import dev.berth.host.QmpRequest;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Commands by hand, QMP's and the guest agent's, and their replies: JSON as JSON, not as text. */
final class QmpCodec {
  static final String COMMAND = "command";
  static final String ARGUMENTS = "arguments";
  static final String CHECK = "check";
  static final String LANE = "lane";

  private static final String RETURN = "return";
  private static final String SCHEMA = "schema";
  private static final String LAST = "last";
  private static final String MISSED = "missed";
  private static final String EVENTS = "events";

  private QmpCodec() {}

  static void request(ObjectNode params, QmpRequest request) {
    params.put(COMMAND, request.command());
    params.set(ARGUMENTS, json(request.arguments()));
    params.put(CHECK, WireText.of(request.check()));
    params.put(LANE, WireText.of(request.lane()));
  }

  static void request(ObjectNode params, AgentRequest request) {
    params.put(COMMAND, request.command());
    params.set(ARGUMENTS, json(request.arguments()));
    params.put(CHECK, WireText.of(request.check()));
  }

  /** The request; what the caller leaves out is as in {@link QmpRequest#of}. */
  static QmpRequest request(Params params) {
    return new QmpRequest(
        params.text(COMMAND),
        arguments(params),
        check(params),
        params.optionalConstant(LANE, QmpRequest.Lane.class).orElse(QmpRequest.Lane.IN_BAND));
  }

  /** The request; what the caller leaves out is as in {@link AgentRequest#of}. */
  static AgentRequest agentRequest(Params params) {
    return new AgentRequest(params.text(COMMAND), arguments(params), check(params));
  }

  private static QmpRequest.Check check(Params params) {
    return params.optionalConstant(CHECK, QmpRequest.Check.class).orElse(QmpRequest.Check.TYPED);
  }

  private static String arguments(Params params) {
    Optional<JsonNode> arguments = params.member(ARGUMENTS);
    if (arguments.isPresent() && !arguments.get().isObject()) {
      throw params.wrong(ARGUMENTS, "an object", arguments.get());
    }
    return arguments.map(Json::text).orElse("{}");
  }

  static ObjectNode reply(String returned) {
    return Json.object().set(RETURN, json(returned));
  }

  static String reply(JsonNode node) {
    return text(node, RETURN);
  }

  static ObjectNode schema(String schema) {
    return Json.object().set(SCHEMA, json(schema));
  }

  static String schema(JsonNode node) {
    return text(node, SCHEMA);
  }

  static ObjectNode write(QmpEvents events) {
    ObjectNode node = Json.object().put(LAST, events.last()).put(MISSED, events.missed());
    ArrayNode array = node.putArray(EVENTS);
    events.events().forEach(event -> array.add(json(event)));
    return node;
  }

  static QmpEvents events(JsonNode node) {
    return new QmpEvents(
        Json.number(node, LAST),
        Json.number(node, MISSED),
        Json.array(node, EVENTS).stream().map(event -> Json.text(event)).toList());
  }

  private static String text(JsonNode node, String member) {
    JsonNode value = node.get(member);
    if (value == null) {
      throw new MalformedReplyException("member '" + member + "' is missing");
    }
    return Json.text(value);
  }

  private static JsonNode json(String text) {
    try {
      return Json.read(text);
    } catch (IOException checked) {
      throw new UncheckedIOException("JSON that was written here cannot be read", checked);
    }
  }
}
