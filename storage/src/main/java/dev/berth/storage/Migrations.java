package dev.berth.storage;

import dev.berth.error.StorageFailureException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Brings a database to this version's schema by numbered scripts, each applied once and recorded
 * with its checksum. A script that was released is never edited; the next number corrects it.
 */
final class Migrations {
  private static final List<String> SCRIPTS =
      List.of(
          "V001__domains_and_events.sql",
          "V002__policy_states.sql",
          "V003__jobs.sql",
          "V004__pools_and_images.sql",
          "V005__backups.sql");

  private Migrations() {}

  /** The schema version that this version of Berth writes. */
  static int newest() {
    return SCRIPTS.size();
  }

  /** The version of a database's schema; 0 when it has none. */
  static int versionOf(Sql sql) throws SQLException {
    boolean exists =
        sql.first(
                "SELECT 1 FROM information_schema.tables WHERE table_schema = 'PUBLIC'"
                    + " AND table_name = 'SCHEMA_HISTORY'",
                row -> row.getInt(1))
            .isPresent();
    return exists
        ? sql.first("SELECT MAX(version) FROM schema_history", row -> row.getInt(1)).orElse(0)
        : 0;
  }

  /**
   * Refuses a store that a newer version has written.
   *
   * @throws StorageFailureException naming both versions
   */
  static void refuseNewer(Sql sql, Path home) throws SQLException {
    int version = versionOf(sql);
    if (version > newest()) {
      throw new StorageFailureException(
          "The store in %s has schema version %d, and this version of Berth knows %d at most. It was"
                  .formatted(home, version, newest())
              + " not touched. Use the newer version that wrote it, or choose another home"
              + " directory.");
    }
  }

  /**
   * Applies what is missing.
   *
   * @throws StorageFailureException when an applied script is not the one this version has
   */
  static void apply(Sql sql, Path home, Instant now) throws SQLException {
    refuseNewer(sql, home);
    sql.script(
        "CREATE TABLE IF NOT EXISTS schema_history (version INTEGER PRIMARY KEY,"
            + " script VARCHAR NOT NULL, sha256 VARCHAR NOT NULL,"
            + " applied TIMESTAMP(9) WITH TIME ZONE NOT NULL)");
    for (int version = 1; version <= newest(); version++) {
      String name = SCRIPTS.get(version - 1);
      String script = load(name);
      String checksum = sha256(script);
      Optional<String> recorded =
          sql.first(
              "SELECT sha256 FROM schema_history WHERE version = ?",
              row -> row.getString(1),
              version);
      if (recorded.isEmpty()) {
        sql.script(script);
        sql.update(
            "INSERT INTO schema_history (version, script, sha256, applied) VALUES (?, ?, ?, ?)",
            version,
            name,
            checksum,
            now);
      } else if (!recorded.get().equals(checksum)) {
        throw new StorageFailureException(
            "The store in %s was made by another edition of the script %s (checksum %s, not %s)."
                    .formatted(home, name, recorded.get(), checksum)
                + " Use the version of Berth that made it.");
      }
    }
  }

  private static String load(String name) {
    try (InputStream script = Migrations.class.getResourceAsStream("migrations/" + name)) {
      if (script == null) {
        throw new IllegalStateException("the jar lacks migrations/" + name);
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the jar's migrations/" + name + " cannot be read", e);
    }
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
