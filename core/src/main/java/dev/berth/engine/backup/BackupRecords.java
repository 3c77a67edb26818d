package dev.berth.engine.backup;

import dev.berth.backup.Backup;
import dev.berth.job.JobId;
import dev.berth.store.Change;
import dev.berth.store.StoredBackup;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The complete backups that a host has on record, by their folders. It follows the store: whoever
 * has changed that applies the changes here. Thread-safe; never waits.
 */
public final class BackupRecords {
  private final Map<Path, BackupRecord> records = new ConcurrentHashMap<>();

  /** Those that a store holds. */
  public static BackupRecords of(List<StoredBackup> stored) {
    BackupRecords records = new BackupRecords();
    stored.forEach(records::put);
    return records;
  }

  private void put(StoredBackup stored) {
    BackupRecord.read(stored).ifPresent(record -> records.put(stored.folder(), record));
  }

  /** Follows changes that are in the store. */
  public void apply(List<Change> changes) {
    for (Change change : changes) {
      if (change instanceof Change.PutBackup put) {
        put(put.backup());
      } else if (change instanceof Change.RemoveBackup remove) {
        records.remove(remove.folder());
      }
    }
  }

  /** How many there are. */
  public int size() {
    return records.size();
  }

  /** The one of that folder. */
  public Optional<BackupRecord> find(Path folder) {
    return Optional.ofNullable(records.get(folder));
  }

  /** The folders in which those backups, which are where they are, are on record besides. */
  public List<Path> elsewhere(List<Backup> there) {
    Map<JobId, Path> places =
        there.stream()
            .collect(Collectors.toMap(it -> it.origin().job(), Backup::folder, (one, copy) -> one));
    return records.values().stream()
        .map(BackupRecord::backup)
        .filter(it -> places.containsKey(it.origin().job()))
        .map(Backup::folder)
        .filter(folder -> !places.containsValue(folder))
        .sorted()
        .toList();
  }

  /** Those of a directory, the oldest first. */
  public List<BackupRecord> in(Path directory) {
    return sorted(records.values().stream().filter(it -> it.directory().equals(directory)));
  }

  /** Those of a domain, the oldest first. */
  public List<BackupRecord> of(UUID domain) {
    return sorted(
        records.values().stream().filter(it -> it.backup().origin().domain().equals(domain)));
  }

  private static List<BackupRecord> sorted(Stream<BackupRecord> all) {
    return all.sorted(
            Comparator.comparing((BackupRecord it) -> it.backup().at())
                .thenComparing(it -> it.backup().folder()))
        .toList();
  }
}
