package dev.berth.engine.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.BackupName;
import dev.berth.backup.Extent;
import dev.berth.image.ImageFormat;
import dev.berth.json.Json;
import dev.berth.machine.TargetFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a backup does, decided before anything of it is done. It is on record with the job.
 *
 * @param sequence numbers the domain's backups in their order
 * @param bytesPerSecond the most that is read in a second of each disk; 0 for no limit
 * @param compress whether what is written is compressed
 * @param disks what is done with each
 */
public record BackupPlan(long sequence, long bytesPerSecond, boolean compress, List<OfDisk> disks) {

  public BackupPlan {
    disks = List.copyOf(disks);
  }

  /**
   * What is done with one disk.
   *
   * @param disk its name
   * @param node the node that the guest reads and writes
   * @param size in bytes
   * @param format of the image that is made
   * @param basis what that stands on; empty when it is full
   * @param reason why it is full although less was wanted; may be empty
   * @param marks its bitmaps; empty when none of ours begins in its image
   * @param target the given file that it is written to; empty for an image in the backup's folder
   */
  public record OfDisk(
      String disk,
      String node,
      long size,
      ImageFormat format,
      Optional<Basis> basis,
      String reason,
      Optional<Marks> marks,
      Optional<TargetFile> target) {

    /** The name of the image that is made. */
    public String file() {
      return disk + "." + format.text();
    }

    /** The same, for a QEMU that writes to no disk, so that it puts no bitmap into an image. */
    private OfDisk withoutMarks() {
      return new OfDisk(disk, node, size, format, basis, reason, Optional.empty(), target);
    }

    public Extent extent() {
      return basis.isPresent() ? Extent.INCREMENTAL : Extent.FULL;
    }
  }

  /**
   * What an incremental image stands on.
   *
   * @param backup whose
   * @param file the image
   * @param format of it
   * @param changed the bitmaps that together say what was written since
   */
  public record Basis(BackupName backup, Path file, ImageFormat format, List<String> changed) {
    public Basis {
      changed = List.copyOf(changed);
    }
  }

  /**
   * The bitmaps in a disk's image.
   *
   * @param next begins with this backup
   * @param last in which writes are noted until then
   * @param useless are removed first
   */
  public record Marks(String next, Optional<String> last, List<String> useless) {
    public Marks {
      useless = List.copyOf(useless);
    }

    ObjectNode json() {
      ObjectNode node = Json.object().put("next", next);
      last.ifPresent(bitmap -> node.put("last", bitmap));
      useless.forEach(node.putArray("useless")::add);
      return node;
    }

    /** Those that {@link #json} made that from. */
    static Marks read(JsonNode node) {
      return new Marks(
          Json.text(node, "next"), Json.optionalText(node, "last"), texts(node, "useless"));
    }
  }

  /** The same, which puts no bitmap into an image. */
  public BackupPlan withoutMarks() {
    return new BackupPlan(
        sequence, bytesPerSecond, compress, disks.stream().map(OfDisk::withoutMarks).toList());
  }

  /** Whether a disk is written to a given file. */
  public boolean isGivenFiles() {
    return disks.stream().anyMatch(disk -> disk.target().isPresent());
  }

  // ---- on record

  public String text() {
    ObjectNode node = Json.object();
    node.put("sequence", sequence);
    node.put("bytesPerSecond", bytesPerSecond);
    node.put("compress", compress);
    ArrayNode all = node.putArray("disks");
    disks.forEach(disk -> all.add(write(disk)));
    return Json.text(node);
  }

  private static ObjectNode write(OfDisk disk) {
    ObjectNode node = Json.object();
    node.put("disk", disk.disk());
    node.put("node", disk.node());
    node.put("size", disk.size());
    node.put("format", disk.format().text());
    disk.basis()
        .ifPresent(
            basis -> {
              ObjectNode to = node.putObject("basis");
              to.put("backup", basis.backup().text());
              to.put("file", basis.file().toString());
              to.put("format", basis.format().text());
              basis.changed().forEach(to.putArray("changed")::add);
            });
    node.put("reason", disk.reason());
    disk.marks().ifPresent(marks -> node.set("marks", marks.json()));
    disk.target().ifPresent(target -> node.set("target", write(target)));
    return node;
  }

  /** The plan that {@link #text} made that from. */
  public static BackupPlan read(String text) {
    try {
      JsonNode node = Json.read(text);
      return new BackupPlan(
          Json.number(node, "sequence"),
          Json.number(node, "bytesPerSecond"),
          Json.flag(node, "compress"),
          Json.array(node, "disks").stream().map(BackupPlan::disk).toList());
    } catch (IOException e) {
      throw new IllegalStateException("the plan of a backup that a host has written", e);
    }
  }

  private static OfDisk disk(JsonNode node) {
    return new OfDisk(
        Json.text(node, "disk"),
        Json.text(node, "node"),
        Json.number(node, "size"),
        format(node),
        Json.optionalObject(node, "basis")
            .map(
                basis ->
                    new Basis(
                        new BackupName(Json.text(basis, "backup")),
                        Path.of(Json.text(basis, "file")),
                        format(basis),
                        texts(basis, "changed"))),
        Json.text(node, "reason"),
        Json.optionalObject(node, "marks").map(Marks::read),
        Json.optionalObject(node, "target").map(BackupPlan::target));
  }

  private static ObjectNode write(TargetFile target) {
    return Json.object()
        .put("kind", target.kind().name())
        .put("bytes", target.bytes())
        .put("place", target.place().toString());
  }

  private static TargetFile target(JsonNode node) {
    return new TargetFile(
        TargetFile.Kind.valueOf(Json.text(node, "kind")),
        Json.number(node, "bytes"),
        Path.of(Json.text(node, "place")));
  }

  /** Those that a host before has written have none. */
  private static ImageFormat format(JsonNode node) {
    return Json.optionalText(node, "format").flatMap(ImageFormat::of).orElse(ImageFormat.QCOW2);
  }

  /** The texts of an array. */
  static List<String> texts(JsonNode node, String member) {
    return Json.array(node, member).stream().map(JsonNode::asText).toList();
  }
}
