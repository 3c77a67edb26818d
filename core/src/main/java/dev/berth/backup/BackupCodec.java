package dev.berth.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.Backup.Content;
import dev.berth.backup.Backup.Origin;
import dev.berth.backup.Backup.Place;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.error.InvalidRequestException;
import dev.berth.image.ImageFormat;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Backups as JSON: beside their images, on the wire, and for programs that read {@code vmctl -o
 * json}. Files are named as in their folder, so that a whole directory of backups can be moved.
 */
public final class BackupCodec {
  private static final int VERSION = 1;

  private BackupCodec() {}

  /** A backup as a JSON object. */
  public static ObjectNode write(Backup backup) {
    ObjectNode node = Json.object();
    node.put("version", VERSION);
    node.put("name", backup.name().text());
    node.put("domain", backup.origin().domain().toString());
    node.put("domainName", backup.origin().domainName().text());
    node.put("actor", backup.origin().actor());
    node.put("sequence", backup.origin().sequence());
    node.put("job", backup.origin().job().text());
    node.put("at", backup.at().toString());
    node.put("consistency", backup.consistency().kind().text());
    node.put("consistencyReason", backup.consistency().reason());
    ArrayNode disks = node.putArray("disks");
    backup.disks().forEach(disk -> disks.add(disk(disk)));
    return node;
  }

  private static ObjectNode disk(BackedUpDisk disk) {
    ObjectNode node = Json.object();
    node.put("disk", disk.disk());
    if (disk.isInFolder()) {
      node.put("file", String.valueOf(disk.file().getFileName()));
    } else {
      node.put("given", disk.file().toString());
    }
    node.put("format", disk.format().text());
    node.put("extent", disk.extent().text());
    disk.since().ifPresent(name -> node.put("since", name.text()));
    node.put("reason", disk.reason());
    node.put("sizeBytes", disk.content().size().bytes());
    node.put("fileBytes", disk.content().fileBytes());
    node.put("sha256", disk.content().sha256());
    return node;
  }

  /**
   * The backup that {@link #write} made that from.
   *
   * @param folder where it is
   * @throws MalformedReplyException when it is no description of a backup, or one of a version that
   *     is newer than this
   */
  public static Backup read(JsonNode node, Path folder) {
    return checked(
        () -> {
          long version = Json.number(node, "version");
          if (version != VERSION) {
            throw new MalformedReplyException("its version is " + version + ", not " + VERSION);
          }
          return new Backup(
              new BackupName(Json.text(node, "name")),
              new Origin(
                  UUID.fromString(Json.text(node, "domain")),
                  new DomainName(Json.text(node, "domainName")),
                  Json.text(node, "actor"),
                  Json.number(node, "sequence"),
                  new JobId(Json.text(node, "job"))),
              Instant.parse(Json.text(node, "at")),
              folder,
              Json.array(node, "disks").stream().map(each -> disk(each, folder)).toList(),
              consistency(node));
        });
  }

  private static Consistency consistency(JsonNode node) {
    Optional<Consistency.Kind> kind =
        Json.optionalText(node, "consistency")
            .map(
                text ->
                    Consistency.Kind.of(text)
                        .orElseThrow(
                            () -> new MalformedReplyException("nothing is '" + text + "'")));
    return new Consistency(
        kind.orElse(Consistency.Kind.CRASH),
        Json.optionalText(node, "consistencyReason").orElse(""));
  }

  private static BackedUpDisk disk(JsonNode node, Path folder) {
    Optional<String> given = Json.optionalText(node, "given");
    String extent = Json.text(node, "extent");
    return new BackedUpDisk(
        Json.text(node, "disk"),
        given.map(Path::of).orElseGet(() -> inFolder(node, folder)),
        format(node),
        Extent.of(extent)
            .orElseThrow(() -> new MalformedReplyException("no extent is called '" + extent + "'")),
        Json.optionalText(node, "since").map(BackupName::new),
        Json.text(node, "reason"),
        new Content(
            new ByteSize(Json.number(node, "sizeBytes")),
            Json.number(node, "fileBytes"),
            Json.text(node, "sha256")),
        given.isPresent() ? Place.GIVEN : Place.FOLDER);
  }

  private static Path inFolder(JsonNode node, Path folder) {
    String file = Json.text(node, "file");
    if (file.contains("/") || file.isEmpty() || file.equals("..")) {
      throw new MalformedReplyException("'" + file + "' is no file in its folder");
    }
    return folder.resolve(file);
  }

  /** Those of before there were others have none. */
  private static ImageFormat format(JsonNode node) {
    String format = Json.optionalText(node, "format").orElse(ImageFormat.QCOW2.text());
    return ImageFormat.of(format)
        .orElseThrow(() -> new MalformedReplyException("no format is called '" + format + "'"));
  }

  /** Backups with their folders, in their order. */
  public static ArrayNode write(List<Backup> backups) {
    ArrayNode array = Json.array();
    backups.forEach(backup -> array.add(write(backup).put("folder", backup.folder().toString())));
    return array;
  }

  /** The backups of such an array. */
  public static List<Backup> list(JsonNode node) {
    return Json.elements(node).stream()
        .map(each -> checked(() -> read(each, Path.of(Json.text(each, "folder")))))
        .toList();
  }

  private static <T> T checked(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (InvalidRequestException | IllegalArgumentException | DateTimeException wrong) {
      throw new MalformedReplyException("no backup: " + wrong.getMessage());
    }
  }
}
