package dev.berth.storage;

import dev.berth.store.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.Properties;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open H2 database. For one thread that nobody interrupts: H2 reads and writes through an
 * interruptible channel, and an interrupt closes that for everybody.
 *
 * <p>{@code WRITE_DELAY=0} makes each commit write, {@link #sync} makes it durable; without both H2
 * acknowledges what no disk has seen. {@code MAX_COMPACT_TIME=0} keeps H2 from moving data in place
 * when it closes; {@link #compact} writes a second file instead.
 */
final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final String OPTIONS =
      ";FILE_LOCK=FS;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0";
  private static final String WRITING = ";WRITE_DELAY=0;MAX_COMPACT_TIME=0";
  private static final String READING = ";ACCESS_MODE_DATA=r;IFEXISTS=TRUE";

  private final Connection connection;
  private final Sql sql;
  private final DomainTables domains;
  private final PoolTables pools;
  private final BackupTable backups;
  private final EventTable events;

  private Database(Connection connection) {
    this.connection = connection;
    this.sql = new Sql(connection);
    this.domains = new DomainTables(sql);
    this.pools = new PoolTables(sql);
    this.backups = new BackupTable(sql);
    this.events = new EventTable(sql);
  }

  /** Opens the database, makes it when missing, and brings it to this version's schema. */
  static Database open(StoreHome home, Instant now) throws SQLException {
    Database database = new Database(connect(home, WRITING));
    try {
      home.makeDatabasePrivate();
      Migrations.apply(database.sql, home.directory(), now);
      database.connection.setAutoCommit(false);
      return database;
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /**
   * Refuses a database of a newer version without having written to it.
   *
   * @throws SQLException when it cannot be read. H2 may then keep the file locked in this process
   *     until the garbage is collected, so there is no use in opening the same file again
   */
  static void refuseNewer(StoreHome home) throws SQLException {
    if (home.databaseBytes() == 0) {
      return;
    }
    try (Connection connection = connect(home, READING)) {
      Migrations.refuseNewer(new Sql(connection), home.directory());
    }
  }

  Sql sql() {
    return sql;
  }

  DomainTables domains() {
    return domains;
  }

  PoolTables pools() {
    return pools;
  }

  BackupTable backups() {
    return backups;
  }

  /**
   * Makes one change.
   *
   * @throws dev.berth.error.BerthException when it cannot be made
   */
  void apply(Change change) throws SQLException {
    if (PoolTables.concerns(change)) {
      pools.apply(change);
    } else if (BackupTable.concerns(change)) {
      backups.apply(change);
    } else {
      domains.apply(change);
    }
  }

  EventTable events() {
    return events;
  }

  Savepoint savepoint() throws SQLException {
    return connection.setSavepoint();
  }

  void rollback(Savepoint savepoint) throws SQLException {
    connection.rollback(savepoint);
  }

  void rollback() throws SQLException {
    connection.rollback();
  }

  /** Ends the transaction; not durable yet. */
  void commit() throws SQLException {
    connection.commit();
  }

  /** Returns when everything committed is on disk. */
  void sync() throws SQLException {
    sql.update("CHECKPOINT SYNC");
  }

  /** Closes cleanly; a failure is logged, for what was acknowledged is on disk already. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.warn("Closing the database failed: {}", StoreErrors.reason(e));
    }
  }

  /**
   * Rewrites a closed database without its free space. The new file is complete and on disk before
   * it takes the old one's name.
   */
  static void compact(StoreHome home) throws IOException {
    Path file = home.databaseFile();
    Path rewritten = file.resolveSibling(file.getFileName() + ".compacted");
    try {
      MVStore.compact(file.toString(), rewritten.toString(), false, null);
      DurableFile.syncContent(rewritten);
      DurableFile.publish(rewritten, file);
      DurableFile.syncDirectory(home.directory());
    } finally {
      Files.deleteIfExists(rewritten);
    }
  }

  private static Connection connect(StoreHome home, String options) throws SQLException {
    String url = "jdbc:h2:" + home.databaseName() + options + OPTIONS;
    return new JdbcConnection(url, new Properties(), "sa", "", false);
  }
}
