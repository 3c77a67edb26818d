package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.AgentState;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainSnapshot.DefinitionSummary;
import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.DomainSnapshot.RestartSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.HandTouch;
import dev.berth.domain.Liveness;
import dev.berth.domain.MachineSummary;
import dev.berth.domain.StateReason;
import dev.berth.error.InvalidRequestException;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Domain snapshots as JSON, on the wire and for programs that read {@code vmctl -o json}.
 *
 * <p>Reading takes the cautious meaning of a text that this version does not know: an unknown state
 * is {@link DomainState#NOSTATE}, an unknown reason {@link StateReason#UNKNOWN}, both with the text
 * in the status's detail; an unknown liveness is {@link Liveness#BUSY}, an unknown state of the
 * agent {@link AgentState#UNKNOWN}.
 */
public final class DomainCodec {
  private DomainCodec() {}

  /** A snapshot as a JSON object. */
  public static ObjectNode write(DomainSnapshot snapshot) {
    ObjectNode node = Json.object();
    node.put("name", snapshot.name().text());
    node.put("uuid", snapshot.uuid().toString());
    node.put("generation", snapshot.generation());
    node.put("publishedAt", snapshot.publishedAt().toString());
    node.set("status", status(snapshot.status()));
    node.set("definition", definition(snapshot.definition()));
    snapshot.machine().ifPresent(machine -> node.set("machine", machine(machine)));
    snapshot.operation().ifPresent(operation -> node.set("operation", operation(operation)));
    snapshot.restart().ifPresent(restart -> node.set("restart", restart(restart)));
    return node;
  }

  static DomainSnapshot read(JsonNode node) {
    return new DomainSnapshot(
        name(node),
        WireValue.uuid(node, "uuid"),
        Json.number(node, "generation"),
        WireValue.instant(node, "publishedAt"),
        status(Json.object(node, "status")),
        definition(Json.object(node, "definition")),
        Json.optionalObject(node, "machine").map(DomainCodec::machine),
        Json.optionalObject(node, "operation").map(DomainCodec::operation),
        Json.optionalObject(node, "restart").map(DomainCodec::restart));
  }

  static DomainName name(JsonNode node) {
    try {
      return new DomainName(Json.text(node, "name"));
    } catch (InvalidRequestException e) {
      throw new MalformedReplyException("member 'name': " + e.getMessage());
    }
  }

  private static ObjectNode status(DomainStatus status) {
    ObjectNode node = Json.object();
    node.put("state", status.state().text());
    node.put("reason", status.reason().text());
    status.detail().ifPresent(detail -> node.put("detail", detail));
    node.put("since", status.since().toString());
    return node;
  }

  private static DomainStatus status(ObjectNode node) {
    String stateText = Json.text(node, "state");
    String reasonText = Json.text(node, "reason");
    Optional<DomainState> state = WireText.state(stateText);
    Optional<StateReason> reason = WireText.reason(reasonText);
    List<String> details = new ArrayList<>();
    if (state.isEmpty()) {
      details.add("state '" + stateText + "' is newer than this client");
    }
    if (reason.isEmpty()) {
      details.add("reason '" + reasonText + "' is newer than this client");
    }
    Json.optionalText(node, "detail").ifPresent(details::add);
    return new DomainStatus(
        state.orElse(DomainState.NOSTATE),
        reason.orElse(StateReason.UNKNOWN),
        details.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", details)),
        WireValue.instant(node, "since"));
  }

  private static ObjectNode definition(DefinitionSummary definition) {
    ObjectNode node = Json.object();
    node.put("revision", definition.revision());
    node.put("pending", definition.pending());
    node.put("cpus", definition.cpus());
    node.put("memoryBytes", definition.memory().bytes());
    node.set("labels", WireValue.texts(definition.labels()));
    return node;
  }

  private static DefinitionSummary definition(ObjectNode node) {
    return new DefinitionSummary(
        Json.number(node, "revision"),
        Json.flag(node, "pending"),
        WireValue.integer(node, "cpus"),
        size(node, "memoryBytes"),
        WireValue.texts(node, "labels"));
  }

  private static ByteSize size(ObjectNode node, String member) {
    long bytes = Json.number(node, member);
    if (bytes < 0) {
      throw WireValue.malformed(member, "a number of bytes", Long.toString(bytes));
    }
    return new ByteSize(bytes);
  }

  private static ObjectNode machine(MachineSummary machine) {
    ObjectNode node = Json.object();
    node.put("incarnation", machine.incarnation());
    machine.pid().ifPresent(pid -> node.put("pid", pid));
    node.put("qemuVersion", machine.qemuVersion());
    node.put("machineType", machine.machineType());
    node.put("accelerator", machine.accelerator());
    node.put("acceleratorReason", machine.acceleratorReason());
    node.put("liveness", machine.liveness().text());
    node.put("livenessSince", machine.livenessSince().toString());
    node.put("agent", machine.agent().text());
    machine.touched().ifPresent(touch -> node.set("touched", touch(touch)));
    if (!machine.lostShares().isEmpty()) {
      machine.lostShares().forEach(node.putArray("lostShares")::add);
    }
    return node;
  }

  private static MachineSummary machine(ObjectNode node) {
    OptionalLong pid = Json.optionalNumber(node, "pid");
    return new MachineSummary(
        Json.text(node, "incarnation"),
        pid.isPresent() ? Optional.of(pid.getAsLong()) : Optional.empty(),
        Json.text(node, "qemuVersion"),
        Json.text(node, "machineType"),
        Json.text(node, "accelerator"),
        Json.text(node, "acceleratorReason"),
        WireText.liveness(Json.text(node, "liveness")).orElse(Liveness.BUSY),
        WireValue.instant(node, "livenessSince"),
        Json.optionalText(node, "agent").flatMap(WireText::agent).orElse(AgentState.UNKNOWN),
        Json.optionalObject(node, "touched").map(DomainCodec::touch),
        node.has("lostShares")
            ? Json.array(node, "lostShares").stream().map(JsonNode::asText).toList()
            : List.of());
  }

  private static ObjectNode touch(HandTouch touch) {
    return Json.object()
        .put("command", touch.command())
        .put("actor", touch.actor())
        .put("at", touch.at().toString());
  }

  private static HandTouch touch(ObjectNode node) {
    return new HandTouch(
        Json.text(node, "command"), Json.text(node, "actor"), WireValue.instant(node, "at"));
  }

  private static ObjectNode operation(OperationSummary operation) {
    ObjectNode node = Json.object();
    node.put("verb", operation.verb());
    node.put("actor", operation.actor());
    node.put("since", operation.since().toString());
    return node;
  }

  private static OperationSummary operation(ObjectNode node) {
    return new OperationSummary(
        Json.text(node, "verb"), Json.text(node, "actor"), WireValue.instant(node, "since"));
  }

  private static ObjectNode restart(RestartSummary restart) {
    ObjectNode node = Json.object();
    node.put("tries", restart.tries());
    node.put("triesAtMost", restart.triesAtMost());
    restart.nextTryAt().ifPresent(moment -> node.put("nextTryAt", moment.toString()));
    return node;
  }

  private static RestartSummary restart(ObjectNode node) {
    return new RestartSummary(
        WireValue.integer(node, "tries"),
        WireValue.integer(node, "triesAtMost"),
        node.has("nextTryAt")
            ? Optional.of(WireValue.instant(node, "nextTryAt"))
            : Optional.empty());
  }
}
