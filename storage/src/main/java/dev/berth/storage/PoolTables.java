package dev.berth.storage;

import dev.berth.error.NotFoundException;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import dev.berth.store.Change;
import dev.berth.store.StoredImage;
import dev.berth.store.StoredPool;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.h2.api.ErrorCode;

/** The tables of pools and images. */
final class PoolTables {
  private final Sql sql;

  PoolTables(Sql sql) {
    this.sql = sql;
  }

  /** Whether a change is about these tables. */
  static boolean concerns(Change change) {
    return change instanceof Change.PutPool
        || change instanceof Change.RemovePool
        || change instanceof Change.PutImage
        || change instanceof Change.RemoveImage;
  }

  /**
   * Makes one change that {@linkplain #concerns is about these tables}.
   *
   * @throws NotFoundException when there is no pool for an image
   */
  void apply(Change change) throws SQLException {
    if (change instanceof Change.PutPool put) {
      sql.update(
          "MERGE INTO pools (name, directory) KEY (name) VALUES (?, ?)",
          put.pool().name().text(),
          put.pool().directory().toString());
    } else if (change instanceof Change.RemovePool remove) {
      sql.update("DELETE FROM pools WHERE name = ?", remove.pool().text());
    } else if (change instanceof Change.PutImage put) {
      put(put.image());
    } else if (change instanceof Change.RemoveImage remove) {
      sql.update(
          "DELETE FROM images WHERE pool = ? AND file = ?",
          remove.image().pool().text(),
          remove.image().file());
    }
  }

  /** Removes everything, for what a copy says of it. */
  void clear() throws SQLException {
    sql.update("DELETE FROM pools");
  }

  List<StoredPool> pools() throws SQLException {
    return sql.list("SELECT name, directory FROM pools ORDER BY name", PoolTables::pool);
  }

  List<StoredImage> images() throws SQLException {
    return sql.list("SELECT pool, file, format FROM images ORDER BY pool, file", PoolTables::image);
  }

  private void put(StoredImage image) throws SQLException {
    try {
      sql.update(
          "MERGE INTO images (pool, file, format) KEY (pool, file) VALUES (?, ?, ?)",
          image.name().pool().text(),
          image.name().file(),
          image.format().text());
    } catch (SQLException e) {
      if (e.getErrorCode() != ErrorCode.REFERENTIAL_INTEGRITY_VIOLATED_PARENT_MISSING_1) {
        throw e;
      }
      throw new NotFoundException(
          "Cannot store image " + image.name() + ": there is no such pool.");
    }
  }

  private static StoredPool pool(ResultSet row) throws SQLException {
    return new StoredPool(new PoolName(row.getString("name")), Path.of(row.getString("directory")));
  }

  private static StoredImage image(ResultSet row) throws SQLException {
    String format = row.getString("format");
    return new StoredImage(
        new ImageName(new PoolName(row.getString("pool")), row.getString("file")),
        ImageFormat.of(format).orElseThrow(() -> new SQLException("no format: " + format)));
  }
}
