package dev.berth.engine.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.Extent;
import dev.berth.engine.backup.BackupPlan.Marks;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What an export of disks does, decided before anything of it is done. It is on record with the
 * job.
 *
 * @param disks what is done with each
 */
public record PullPlan(List<OfDisk> disks) {

  public PullPlan {
    disks = List.copyOf(disks);
  }

  /**
   * What is done with one disk.
   *
   * @param disk its name
   * @param node the node that the guest reads and writes
   * @param size in bytes
   * @param changes what was written since an earlier one; empty when all of it counts as new
   * @param reason why it does although less was wanted; may be empty
   * @param marks its bitmaps; empty when none of ours begins in its image
   */
  public record OfDisk(
      String disk,
      String node,
      long size,
      Optional<Changes> changes,
      String reason,
      Optional<Marks> marks) {

    public Extent extent() {
      return changes.isPresent() ? Extent.INCREMENTAL : Extent.FULL;
    }
  }

  /**
   * What was written since an earlier one.
   *
   * @param since its job
   * @param bitmaps that say it together
   */
  public record Changes(JobId since, List<String> bitmaps) {
    public Changes {
      bitmaps = List.copyOf(bitmaps);
    }
  }

  // ---- on record

  public String text() {
    ObjectNode node = Json.object();
    ArrayNode all = node.putArray("disks");
    disks.forEach(disk -> all.add(write(disk)));
    return Json.text(node);
  }

  private static ObjectNode write(OfDisk disk) {
    ObjectNode node = Json.object();
    node.put("disk", disk.disk()).put("node", disk.node()).put("size", disk.size());
    disk.changes()
        .ifPresent(
            changes -> {
              ObjectNode to = node.putObject("changes").put("since", changes.since().text());
              changes.bitmaps().forEach(to.putArray("bitmaps")::add);
            });
    node.put("reason", disk.reason());
    disk.marks().ifPresent(marks -> node.set("marks", marks.json()));
    return node;
  }

  /** The plan that {@link #text} made that from. */
  public static PullPlan read(String text) {
    try {
      JsonNode node = Json.read(text);
      return new PullPlan(Json.array(node, "disks").stream().map(PullPlan::disk).toList());
    } catch (IOException e) {
      throw new IllegalStateException("the plan of an export that a host has written", e);
    }
  }

  private static OfDisk disk(JsonNode node) {
    return new OfDisk(
        Json.text(node, "disk"),
        Json.text(node, "node"),
        Json.number(node, "size"),
        Json.optionalObject(node, "changes")
            .map(
                changes ->
                    new Changes(
                        new JobId(Json.text(changes, "since")),
                        BackupPlan.texts(changes, "bitmaps"))),
        Json.text(node, "reason"),
        Json.optionalObject(node, "marks").map(Marks::read));
  }
}
