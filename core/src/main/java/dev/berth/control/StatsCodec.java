package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.json.Json;
import dev.berth.stats.DomainStats;
import dev.berth.stats.MachineStats;
import dev.berth.stats.StatsRates;
import java.util.List;

/**
 * Figures of domains as JSON, on the wire and for programs that read {@code vmctl -o json}. A state
 * that this version does not know reads as {@link DomainState#NOSTATE}, a liveness as {@link
 * Liveness#BUSY}.
 */
public final class StatsCodec {
  private StatsCodec() {}

  /** Figures of domains, in their order. */
  public static ArrayNode write(List<DomainStats> domains) {
    ArrayNode array = Json.array();
    domains.forEach(domain -> array.add(write(domain)));
    return array;
  }

  static List<DomainStats> list(JsonNode node) {
    return Json.elements(node).stream().map(StatsCodec::read).toList();
  }

  /** Figures of one domain. */
  public static ObjectNode write(DomainStats domain) {
    ObjectNode node = Json.object();
    node.put("name", domain.name().text());
    node.put("uuid", domain.uuid().toString());
    node.put("state", domain.state().text());
    domain.machine().ifPresent(machine -> node.set("machine", machine(machine)));
    return node;
  }

  static DomainStats read(JsonNode node) {
    return new DomainStats(
        DomainCodec.name(node),
        WireValue.uuid(node, "uuid"),
        WireText.state(Json.text(node, "state")).orElse(DomainState.NOSTATE),
        Json.optionalObject(node, "machine").map(StatsCodec::machine));
  }

  private static ObjectNode machine(MachineStats machine) {
    ObjectNode node = Json.object();
    node.put("liveness", machine.liveness().text());
    node.put("livenessSince", machine.livenessSince().toString());
    machine.process().ifPresent(process -> node.set("process", ProcessStatsCodec.write(process)));
    machine.qemu().ifPresent(qemu -> node.set("qemu", QemuStatsCodec.write(qemu)));
    node.set("rates", rates(machine.rates()));
    return node;
  }

  private static MachineStats machine(ObjectNode node) {
    return new MachineStats(
        WireText.liveness(Json.text(node, "liveness")).orElse(Liveness.BUSY),
        WireValue.instant(node, "livenessSince"),
        Json.optionalObject(node, "process").map(ProcessStatsCodec::read),
        Json.optionalObject(node, "qemu").map(QemuStatsCodec::read),
        rates(Json.object(node, "rates")));
  }

  private static ObjectNode rates(StatsRates rates) {
    ObjectNode node = Json.object();
    node.put("cpuMillis", rates.cpuMillis());
    node.put("readBytes", rates.readBytes());
    node.put("reads", rates.reads());
    node.put("writtenBytes", rates.writtenBytes());
    node.put("writes", rates.writes());
    node.put("receivedBytes", rates.receivedBytes());
    node.put("sentBytes", rates.sentBytes());
    return node;
  }

  private static StatsRates rates(ObjectNode node) {
    return new StatsRates(
        Json.number(node, "cpuMillis"),
        Json.number(node, "readBytes"),
        Json.number(node, "reads"),
        Json.number(node, "writtenBytes"),
        Json.number(node, "writes"),
        Json.number(node, "receivedBytes"),
        Json.number(node, "sentBytes"));
  }
}
