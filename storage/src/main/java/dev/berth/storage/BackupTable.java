package dev.berth.storage;

import dev.berth.store.Change;
import dev.berth.store.StoredBackup;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/**
 * The table of complete backups. What it has is in their folders too, and is read back from there.
 */
final class BackupTable {
  private final Sql sql;

  BackupTable(Sql sql) {
    this.sql = sql;
  }

  /** Whether a change is about this table. */
  static boolean concerns(Change change) {
    return change instanceof Change.PutBackup || change instanceof Change.RemoveBackup;
  }

  /** Makes one change that {@linkplain #concerns is about this table}. */
  void apply(Change change) throws SQLException {
    if (change instanceof Change.PutBackup put) {
      sql.update(
          "MERGE INTO backups (folder, domain, document) KEY (folder) VALUES (?, ?, ?)",
          put.backup().folder().toString(),
          put.backup().domain(),
          put.backup().document());
    } else if (change instanceof Change.RemoveBackup remove) {
      sql.update("DELETE FROM backups WHERE folder = ?", remove.folder().toString());
    }
  }

  List<StoredBackup> backups() throws SQLException {
    return sql.list(
        "SELECT folder, domain, document FROM backups ORDER BY folder", BackupTable::backup);
  }

  private static StoredBackup backup(ResultSet row) throws SQLException {
    return new StoredBackup(
        Path.of(row.getString("folder")),
        row.getObject("domain", UUID.class),
        row.getString("document"));
  }
}
