package dev.berth.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.DiskExtents.DiskExtent;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.domain.ByteSize;
import dev.berth.error.InvalidRequestException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;

/** Disks that are served, as JSON: on the wire, and for programs. */
public final class ExportCodec {
  private ExportCodec() {}

  /** What is served as a JSON object. */
  public static ObjectNode write(PullBackup backup) {
    ObjectNode node = Json.object();
    node.put("job", backup.job().text());
    node.put("at", backup.at().toString());
    backup.until().ifPresent(until -> node.put("until", until.toString()));
    node.put("socket", backup.socket().toString());
    ArrayNode disks = node.putArray("disks");
    for (ExportedDisk disk : backup.disks()) {
      ObjectNode each = disks.addObject();
      each.put("disk", disk.disk());
      each.put("uri", backup.uri(disk).toString());
      each.put("sizeBytes", disk.size().bytes());
      each.put("extent", disk.extent().text());
      disk.since().ifPresent(job -> each.put("since", job.text()));
      each.put("reason", disk.reason());
      disk.changes().ifPresent(context -> each.put("changes", context));
    }
    return node;
  }

  /** What {@link #write(PullBackup)} made that from. */
  public static PullBackup exported(JsonNode node) {
    try {
      return new PullBackup(
          new JobId(Json.text(node, "job")),
          Instant.parse(Json.text(node, "at")),
          Json.optionalText(node, "until").map(Instant::parse),
          Path.of(Json.text(node, "socket")),
          Json.array(node, "disks").stream().map(ExportCodec::disk).toList());
    } catch (InvalidRequestException | IllegalArgumentException | DateTimeException wrong) {
      throw new MalformedReplyException("nothing that is served: " + wrong.getMessage());
    }
  }

  private static ExportedDisk disk(JsonNode node) {
    String extent = Json.text(node, "extent");
    return new ExportedDisk(
        Json.text(node, "disk"),
        new ByteSize(Json.number(node, "sizeBytes")),
        Extent.of(extent)
            .orElseThrow(() -> new MalformedReplyException("no extent is called '" + extent + "'")),
        Json.optionalText(node, "since").map(JobId::new),
        Json.text(node, "reason"),
        Json.optionalText(node, "changes"));
  }

  /** Extents as a JSON object. */
  public static ObjectNode write(DiskExtents extents) {
    ObjectNode node = Json.object();
    ArrayNode all = node.putArray("extents");
    for (DiskExtent extent : extents.extents()) {
      all.addObject()
          .put("offset", extent.offset())
          .put("length", extent.length())
          .put("dirty", extent.dirty())
          .put("zero", extent.zero());
    }
    extents.next().ifPresent(next -> node.put("next", next));
    return node;
  }

  /** What {@link #write(DiskExtents)} made that from. */
  public static DiskExtents extents(JsonNode node) {
    return new DiskExtents(
        Json.array(node, "extents").stream()
            .map(
                each ->
                    new DiskExtent(
                        Json.number(each, "offset"),
                        Json.number(each, "length"),
                        Json.flag(each, "dirty"),
                        Json.flag(each, "zero")))
            .toList(),
        Json.optionalNumber(node, "next"));
  }
}
