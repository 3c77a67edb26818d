package dev.berth.storage;

import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/**
 * What a store knows about itself.
 *
 * @param host id of the host, for as long as its store lives
 * @param commits number of groups committed so far; a recovery copy carries the number it was made
 *     at, so a copy with a greater number proves that the database has lost commits
 * @param nextSequence number of the next event; never goes back, so no number is given twice
 */
record Meta(UUID host, long commits, long nextSequence) {
  /**
   * How far event numbers jump when the last one given is not known for sure. Greater than what can
   * be given before the mark in {@code recovery/host.json} has moved.
   */
  static final long SEQUENCE_GAP = 1_000_000;

  /** Empty when the database was never filled. */
  static Optional<Meta> read(Sql sql) throws SQLException {
    return sql.first(
        "SELECT host_id, commits, next_sequence FROM meta",
        row -> new Meta(row.getObject(1, UUID.class), row.getLong(2), row.getLong(3)));
  }

  void write(Sql sql) throws SQLException {
    int updated =
        sql.update(
            "UPDATE meta SET host_id = ?, commits = ?, next_sequence = ?",
            host,
            commits,
            nextSequence);
    if (updated == 0) {
      sql.update(
          "INSERT INTO meta (host_id, commits, next_sequence) VALUES (?, ?, ?)",
          host,
          commits,
          nextSequence);
    }
  }
}
