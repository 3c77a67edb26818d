package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.stats.DiskStats;
import dev.berth.stats.GuestMemoryStats;
import dev.berth.stats.IoCounters;
import dev.berth.stats.LatencyHistogram;
import dev.berth.stats.QemuStats;
import java.util.List;

/** What QEMU tells of a machine's use, as JSON. */
final class QemuStatsCodec {
  private QemuStatsCodec() {}

  static ObjectNode write(QemuStats stats) {
    ObjectNode node = Json.object();
    node.put("takenAt", stats.takenAt().toString());
    ArrayNode disks = node.putArray("disks");
    stats.disks().forEach(disk -> disks.add(disk(disk)));
    stats.balloonBytes().ifPresent(bytes -> node.put("balloonBytes", bytes));
    stats.guestMemory().ifPresent(memory -> node.set("guestMemory", guestMemory(memory)));
    return node;
  }

  static QemuStats read(JsonNode node) {
    return new QemuStats(
        WireValue.instant(node, "takenAt"),
        Json.array(node, "disks").stream().map(QemuStatsCodec::disk).toList(),
        Json.optionalNumber(node, "balloonBytes"),
        Json.optionalObject(node, "guestMemory").map(QemuStatsCodec::guestMemory));
  }

  private static ObjectNode guestMemory(GuestMemoryStats memory) {
    ObjectNode node = Json.object();
    node.put("toldAt", memory.toldAt().toString());
    memory.totalBytes().ifPresent(bytes -> node.put("totalBytes", bytes));
    memory.freeBytes().ifPresent(bytes -> node.put("freeBytes", bytes));
    memory.availableBytes().ifPresent(bytes -> node.put("availableBytes", bytes));
    memory.cacheBytes().ifPresent(bytes -> node.put("cacheBytes", bytes));
    memory.swap().inBytes().ifPresent(bytes -> node.put("swappedInBytes", bytes));
    memory.swap().outBytes().ifPresent(bytes -> node.put("swappedOutBytes", bytes));
    memory.faults().major().ifPresent(count -> node.put("majorFaults", count));
    memory.faults().minor().ifPresent(count -> node.put("minorFaults", count));
    return node;
  }

  private static GuestMemoryStats guestMemory(ObjectNode node) {
    return new GuestMemoryStats(
        WireValue.instant(node, "toldAt"),
        Json.optionalNumber(node, "totalBytes"),
        Json.optionalNumber(node, "freeBytes"),
        Json.optionalNumber(node, "availableBytes"),
        Json.optionalNumber(node, "cacheBytes"),
        new GuestMemoryStats.Swap(
            Json.optionalNumber(node, "swappedInBytes"),
            Json.optionalNumber(node, "swappedOutBytes")),
        new GuestMemoryStats.Faults(
            Json.optionalNumber(node, "majorFaults"), Json.optionalNumber(node, "minorFaults")));
  }

  private static ObjectNode disk(DiskStats disk) {
    ObjectNode node = Json.object();
    node.put("name", disk.name());
    node.set("reads", counters(disk.reads()));
    node.set("writes", counters(disk.writes()));
    node.set("flushes", counters(disk.flushes()));
    node.set("discards", counters(disk.discards()));
    node.put("highestWriteBytes", disk.highestWriteBytes());
    return node;
  }

  private static DiskStats disk(JsonNode node) {
    return new DiskStats(
        Json.text(node, "name"),
        counters(Json.object(node, "reads")),
        counters(Json.object(node, "writes")),
        counters(Json.object(node, "flushes")),
        counters(Json.object(node, "discards")),
        Json.number(node, "highestWriteBytes"));
  }

  private static ObjectNode counters(IoCounters counters) {
    ObjectNode node = Json.object();
    node.put("bytes", counters.bytes());
    node.put("operations", counters.operations());
    node.put("timeNanos", counters.time().toNanos());
    node.put("failed", counters.failed());
    counters.latencies().ifPresent(latencies -> node.set("latencies", histogram(latencies)));
    return node;
  }

  private static IoCounters counters(ObjectNode node) {
    return new IoCounters(
        Json.number(node, "bytes"),
        Json.number(node, "operations"),
        WireValue.nanos(node, "timeNanos"),
        Json.number(node, "failed"),
        Json.optionalObject(node, "latencies").map(QemuStatsCodec::histogram));
  }

  private static ObjectNode histogram(LatencyHistogram histogram) {
    ObjectNode node = Json.object();
    histogram.boundariesNanos().forEach(node.putArray("boundariesNanos")::add);
    histogram.counts().forEach(node.putArray("counts")::add);
    return node;
  }

  private static LatencyHistogram histogram(ObjectNode node) {
    return new LatencyHistogram(numbers(node, "boundariesNanos"), numbers(node, "counts"));
  }

  private static List<Long> numbers(ObjectNode node, String member) {
    return Json.array(node, member).stream().map(JsonNode::asLong).toList();
  }
}
