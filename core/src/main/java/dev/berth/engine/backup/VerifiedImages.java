package dev.berth.engine.backup;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.store.Change;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The images of chains that are read and compared, each with the time at which it was written when
 * that began: what is as it was at that time is on record from then on.
 */
public final class VerifiedImages {
  private final Map<Path, Backup> backups = new LinkedHashMap<>();
  private final Map<Path, Instant> written = new HashMap<>();

  private VerifiedImages() {}

  /** Those of these chains, of which nothing was read yet. */
  public static VerifiedImages begin(BackupFiles files, Collection<BackupChain> chains) {
    VerifiedImages images = new VerifiedImages();
    for (BackupChain chain : chains) {
      chain.backups().forEach(backup -> images.backups.put(backup.folder(), backup));
      chain
          .layers()
          .forEach(layer -> images.written.put(layer.file(), files.written(layer.file())));
    }
    return images;
  }

  /** What is to be on record now that all of them have been found to be right. */
  public List<Change> changes(BackupRecords records) {
    List<Change> changes = new ArrayList<>();
    backups.forEach(
        (folder, backup) -> {
          Map<String, Instant> times = new HashMap<>();
          records
              .find(folder)
              .filter(record -> record.isOf(backup))
              .ifPresent(record -> times.putAll(record.written()));
          for (BackedUpDisk disk : backup.disks()) {
            Instant time = written.get(disk.file());
            if (time != null) {
              times.put(disk.disk(), time);
            }
          }
          if (times.size() == backup.disks().size()) { // else some of it was not read
            changes.addAll(new BackupRecord(backup, times).changes());
          }
        });
    return changes;
  }
}
