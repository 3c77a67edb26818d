package dev.berth.engine.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.BackupCodec;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.store.Change;
import dev.berth.store.StoredBackup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a host has on record of a complete backup: what it said of itself, and when its images were
 * written last, so that one that is written to later is known without being read.
 *
 * @param backup in its folder, without symbolic links
 * @param written when the image of each disk was
 */
public record BackupRecord(Backup backup, Map<String, Instant> written) {
  /** What the store takes. */
  private static final int LONGEST_DOCUMENT = 1_000_000;

  private static final String WRITTEN = "written";
  private static final Logger LOG = LoggerFactory.getLogger(BackupRecord.class);

  public BackupRecord {
    written = Map.copyOf(written);
  }

  /** That of a backup whose images are as they are to be. For a thread that storage may hold up. */
  public static BackupRecord of(BackupFiles files, Backup backup) {
    Map<String, Instant> written = new LinkedHashMap<>();
    for (BackedUpDisk disk : backup.disks()) {
      if (disk.isInFolder()) {
        written.put(disk.disk(), files.written(disk.file()));
      }
    }
    return new BackupRecord(backup, written);
  }

  /** Whether it is of that backup, and of no other that has come in its place. */
  boolean isOf(Backup other) {
    return backup.origin().job().equals(other.origin().job());
  }

  /** Puts it into the store; nothing when it is larger than the store takes. */
  public List<Change> changes() {
    ObjectNode node = BackupCodec.write(backup);
    ObjectNode times = node.putObject(WRITTEN);
    written.forEach((disk, at) -> times.put(disk, at.toString()));
    String document = Json.text(node);
    if (document.length() > LONGEST_DOCUMENT) {
      LOG.warn("Backup '{}' has too many disks to be kept on record", backup.folder());
      return List.of();
    }
    return List.of(
        new Change.PutBackup(
            new StoredBackup(backup.folder(), backup.origin().domain(), document)));
  }

  /** The record of that row; empty for one that this version cannot read. */
  static Optional<BackupRecord> read(StoredBackup stored) {
    try {
      JsonNode node = Json.read(stored.document());
      Map<String, Instant> written = new LinkedHashMap<>();
      node.path(WRITTEN)
          .properties()
          .forEach(each -> written.put(each.getKey(), Instant.parse(each.getValue().asText())));
      return Optional.of(new BackupRecord(BackupCodec.read(node, stored.folder()), written));
    } catch (IOException | MalformedReplyException | DateTimeException unreadable) {
      LOG.error("The record of '{}' cannot be read: {}", stored.folder(), unreadable.getMessage());
      return Optional.empty();
    }
  }

  /** The directory that it is in. */
  public Path directory() {
    return backup.folder().resolveSibling("");
  }
}
