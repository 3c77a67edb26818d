package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.DiskSummary;
import dev.berth.host.EditScope;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.util.List;

/**
 * Disks of a domain as JSON, on the wire and for programs that read {@code vmctl -o json}. A scope
 * that this version does not know reads as {@link EditScope#BOTH}.
 */
public final class DiskCodec {
  private DiskCodec() {}

  /** Disks, in their order. */
  public static ArrayNode write(List<DiskSummary> disks) {
    ArrayNode array = Json.array();
    disks.forEach(disk -> array.add(write(disk)));
    return array;
  }

  static List<DiskSummary> list(JsonNode node) {
    return Json.elements(node).stream().map(DiskCodec::read).toList();
  }

  private static ObjectNode write(DiskSummary disk) {
    ObjectNode node = Json.object();
    node.put("name", disk.name());
    node.put("device", disk.device());
    disk.source().ifPresent(source -> node.put("source", source));
    node.put("scope", WireText.of(disk.scope()));
    disk.place().ifPresent(place -> node.put("place", place));
    disk.leaving().ifPresent(job -> node.put("leaving", job.text()));
    return node;
  }

  private static DiskSummary read(JsonNode node) {
    try {
      return new DiskSummary(
          Json.text(node, "name"),
          Json.text(node, "device"),
          Json.optionalText(node, "source"),
          WireText.parse(EditScope.class, Json.text(node, "scope")).orElse(EditScope.BOTH),
          Json.optionalText(node, "place"),
          Json.optionalText(node, "leaving").map(JobId::new));
    } catch (InvalidRequestException noJob) {
      throw new MalformedReplyException("member 'leaving': " + noJob.getMessage());
    }
  }
}
