package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.stats.LinkCounters;
import dev.berth.stats.NicStats;
import dev.berth.stats.ProcessStats;
import dev.berth.stats.ThreadStats;
import java.util.List;

/** What the kernel tells of a machine, as JSON. */
final class ProcessStatsCodec {
  private ProcessStatsCodec() {}

  static ObjectNode write(ProcessStats stats) {
    ObjectNode node = Json.object();
    node.put("takenAt", stats.takenAt().toString());
    node.put("userNanos", stats.userTime().toNanos());
    node.put("systemNanos", stats.systemTime().toNanos());
    node.put("residentBytes", stats.residentBytes());
    node.put("threads", stats.threads());
    threads(node.putArray("vcpus"), stats.vcpus());
    threads(node.putArray("iothreads"), stats.iothreads());
    ArrayNode nics = node.putArray("nics");
    stats.nics().forEach(nic -> nics.add(nic(nic)));
    return node;
  }

  static ProcessStats read(JsonNode node) {
    return new ProcessStats(
        WireValue.instant(node, "takenAt"),
        WireValue.nanos(node, "userNanos"),
        WireValue.nanos(node, "systemNanos"),
        Json.number(node, "residentBytes"),
        WireValue.integer(node, "threads"),
        Json.array(node, "vcpus").stream().map(ProcessStatsCodec::thread).toList(),
        Json.array(node, "iothreads").stream().map(ProcessStatsCodec::thread).toList(),
        Json.array(node, "nics").stream().map(ProcessStatsCodec::nic).toList());
  }

  private static void threads(ArrayNode array, List<ThreadStats> threads) {
    for (ThreadStats thread : threads) {
      array
          .addObject()
          .put("name", thread.name())
          .put("threadId", thread.threadId())
          .put("cpuNanos", thread.cpuTime().toNanos());
    }
  }

  private static ThreadStats thread(JsonNode node) {
    return new ThreadStats(
        Json.text(node, "name"), Json.number(node, "threadId"), WireValue.nanos(node, "cpuNanos"));
  }

  private static ObjectNode nic(NicStats nic) {
    ObjectNode node = Json.object();
    node.put("name", nic.name());
    nic.device().ifPresent(device -> node.put("device", device));
    nic.counters().ifPresent(counters -> node.set("counters", counters(counters)));
    return node;
  }

  private static NicStats nic(JsonNode node) {
    return new NicStats(
        Json.text(node, "name"),
        Json.optionalText(node, "device"),
        Json.optionalObject(node, "counters").map(ProcessStatsCodec::counters));
  }

  private static ObjectNode counters(LinkCounters counters) {
    ObjectNode node = Json.object();
    node.put("receivedBytes", counters.receivedBytes());
    node.put("receivedPackets", counters.receivedPackets());
    node.put("receivedErrors", counters.receivedErrors());
    node.put("receivedDropped", counters.receivedDropped());
    node.put("sentBytes", counters.sentBytes());
    node.put("sentPackets", counters.sentPackets());
    node.put("sentErrors", counters.sentErrors());
    node.put("sentDropped", counters.sentDropped());
    return node;
  }

  private static LinkCounters counters(ObjectNode node) {
    return new LinkCounters(
        Json.number(node, "receivedBytes"),
        Json.number(node, "receivedPackets"),
        Json.number(node, "receivedErrors"),
        Json.number(node, "receivedDropped"),
        Json.number(node, "sentBytes"),
        Json.number(node, "sentPackets"),
        Json.number(node, "sentErrors"),
        Json.number(node, "sentDropped"));
  }
}
