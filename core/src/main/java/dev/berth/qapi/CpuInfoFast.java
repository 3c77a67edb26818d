package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.util.Optional;

/**
 * One virtual CPU.
 *
 * <p>QAPI {@code CpuInfoFast}, machine.json; since 2.12.
 *
 * @param cpuIndex its number
 * @param qomPath its place in QEMU's object tree
 * @param threadId the host thread that runs it
 * @param props where it sits in the topology, on machines that tell
 */
public record CpuInfoFast(
    long cpuIndex, String qomPath, long threadId, Optional<ObjectNode> props) {

  static CpuInfoFast decode(JsonNode value) {
    return new CpuInfoFast(
        Json.number(value, "cpu-index"),
        Json.text(value, "qom-path"),
        Json.number(value, "thread-id"),
        Json.optionalObject(value, "props"));
  }
}
