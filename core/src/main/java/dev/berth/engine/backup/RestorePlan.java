package dev.berth.engine.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.BackupName;
import dev.berth.image.ImageFormat;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a restore does, decided before anything of it is done. It is on record with the job.
 *
 * @param directory of backups, without symbolic links
 * @param backup the name of the one that is restored
 * @param disks where each goes, in the order of the backup
 */
public record RestorePlan(Path directory, BackupName backup, List<OfDisk> disks) {

  public RestorePlan {
    disks = List.copyOf(disks);
  }

  /**
   * Where a disk goes.
   *
   * @param disk its name
   * @param bytes its size in the backup
   * @param file the image, without symbolic links
   * @param format how it is written
   * @param replaces tells the image that is there from another in its place; empty when there is
   *     none
   */
  public record OfDisk(
      String disk, long bytes, Path file, ImageFormat format, Optional<String> replaces) {

    /** What it grows in. */
    public Path partial(JobId job) {
      return file.resolveSibling(file.getFileName() + "." + job + ".part");
    }
  }

  /** What its progress is counted in. */
  public long bytes() {
    return disks.stream().mapToLong(OfDisk::bytes).sum();
  }

  // ---- on record

  public String text() {
    ObjectNode node = Json.object();
    node.put("directory", directory.toString());
    node.put("backup", backup.text());
    ArrayNode all = node.putArray("disks");
    for (OfDisk disk : disks) {
      ObjectNode each = all.addObject();
      each.put("disk", disk.disk());
      each.put("bytes", disk.bytes());
      each.put("file", disk.file().toString());
      each.put("format", disk.format().text());
      disk.replaces().ifPresent(identity -> each.put("replaces", identity));
    }
    return Json.text(node);
  }

  /** The plan that {@link #text} made that from. */
  public static RestorePlan read(String text) {
    try {
      JsonNode node = Json.read(text);
      return new RestorePlan(
          Path.of(Json.text(node, "directory")),
          new BackupName(Json.text(node, "backup")),
          Json.array(node, "disks").stream().map(RestorePlan::disk).toList());
    } catch (IOException e) {
      throw new IllegalStateException("the plan of a restore that a host has written", e);
    }
  }

  private static OfDisk disk(JsonNode node) {
    return new OfDisk(
        Json.text(node, "disk"),
        Json.number(node, "bytes"),
        Path.of(Json.text(node, "file")),
        ImageFormat.of(Json.text(node, "format")).orElseThrow(),
        Json.optionalText(node, "replaces"));
  }
}
