package dev.berth.storage;

import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.StorageFailureException;
import dev.berth.store.Change;
import dev.berth.store.StoredImage;
import dev.berth.store.StoredPool;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the database, and decides between it and the recovery copies.
 *
 * <pre>
 * database                      copies        decision
 * readable                      older, same   the database is right; stale copies are written again
 * readable, lacks the domain    older         it was undefined: the copy goes
 * readable                      newer         commits were lost: that domain is taken from its copy
 * unreadable                    any           set aside; a new one is filled from the copies
 * missing, empty, not filled    some          a new one is filled from the copies
 * missing, empty, not filled    none          a new store
 * </pre>
 *
 * <p>A copy is newer when its commit number is above the database's ({@link Meta#commits()}). The
 * filling is one transaction that ends with the row of {@code meta}; a database without that row
 * was never filled, so a crash in between only means doing it again.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final StoreHome home;
  private final Instant now;
  private CopyDirectory.Contents copies;
  private final List<String> account = new ArrayList<>();

  private Recovery(StoreHome home, Instant now, CopyDirectory.Contents copies) {
    this.home = home;
    this.now = now;
    this.copies = copies;
  }

  /**
   * An open database whose content is settled.
   *
   * @param database open, on disk
   * @param meta its meta row
   * @param account what was set aside, rebuilt and lost, in sentences; empty when all was well
   * @param stale copies to be written
   * @param stalePools the copy of pools and images, if it is to be written
   * @param orphans domains that are no more, but whose copies are still there
   */
  record Outcome(
      Database database,
      Meta meta,
      Optional<String> account,
      List<RecoveryCopy> stale,
      Optional<PoolsCopy> stalePools,
      List<UUID> orphans) {}

  /**
   * Opens and settles.
   *
   * @throws BusyException when another program has the database open
   * @throws StorageFailureException when the disk or another version of Berth is in the way
   */
  static Outcome run(StoreHome home, CopyDirectory directory, Instant now) {
    try {
      return new Recovery(home, now, directory.read()).open();
    } catch (IOException | SQLException e) {
      throw StoreErrors.cannotOpen(home.directory(), e);
    }
  }

  private Outcome open() throws SQLException, IOException {
    try {
      return settle(openDatabase());
    } catch (SQLException | RuntimeException e) {
      if (e instanceof SQLException sql && StoreErrors.isInUse(sql)) {
        throw new BusyException(
            "The database "
                + home.databaseFile()
                + " is open in another program. Close that program.",
            e);
      }
      if (e instanceof BerthException || !StoreErrors.isDamage(e)) {
        throw e;
      }
      setAside(e);
      return settle(openDatabase());
    }
  }

  private Database openDatabase() throws SQLException {
    Database.refuseNewer(home);
    return Database.open(home, now);
  }

  private void setAside(Exception cause) throws IOException {
    String reason = StoreErrors.reason(cause);
    Path kept = home.setAside(now);
    // H2 leaves a file that it could not read open, for the collector to close.
    System.gc();
    LOG.error("The database {} cannot be read and is kept as {}", home.databaseFile(), kept, cause);
    account.add(
        "The database %s could not be read (%s) and is kept as %s."
            .formatted(home.databaseFile(), reason, kept.getFileName()));
  }

  private Outcome settle(Database database) throws SQLException {
    try {
      Optional<Meta> found = Meta.read(database.sql());
      if (found.isPresent()) {
        copies = copies.of(found.get().host());
      }
      Meta meta = found.isPresent() ? repaired(database, found.get()) : filled(database);
      List<RecoveryCopy> current = everything(database, meta);
      database.events().stock();
      database.events().after(meta.nextSequence() - 2, 1);
      return new Outcome(
          database,
          meta,
          account.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", account)),
          stale(current),
          Optional.of(pools(database, meta)).filter(now -> !isWritten(now)),
          orphans(current));
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Fills a database that has no meta row yet. */
  private Meta filled(Database database) throws SQLException {
    boolean lost = !account.isEmpty() || !copies.isEmpty();
    if (lost && account.isEmpty()) {
      account.add("The database " + home.databaseFile() + " was missing or empty.");
    }
    for (RecoveryCopy copy : copies.newestFirst()) {
      put(database, copy);
    }
    if (copies.pools().isPresent()) {
      put(database, copies.pools().get());
    }
    long next = lost ? copies.newestSequence() + Meta.SEQUENCE_GAP : 1;
    Meta meta =
        new Meta(
            copies.hostId().orElseGet(UUID::randomUUID), Math.max(1, copies.newestCommit()), next);
    meta.write(database.sql());
    if (lost) {
      account.add(
          ("%d domains were rebuilt from the recovery copies in %s. All events before number %d are"
                  + " lost; missing may be changes of the last second before the damage%s.")
              .formatted(
                  copies.domains().size(),
                  home.recovery(),
                  next,
                  copies.hostId().isPresent() ? "" : ", and the host's id is a new one"));
      nameUnreadable();
    }
    commit(database);
    return meta;
  }

  /** Takes from the copies what the database has lost. */
  private Meta repaired(Database database, Meta meta) throws SQLException {
    List<RecoveryCopy> newer =
        copies.newestFirst().stream().filter(copy -> copy.commit() > meta.commits()).toList();
    Optional<PoolsCopy> newerPools = copies.pools().filter(copy -> copy.commit() > meta.commits());
    if (newer.isEmpty() && newerPools.isEmpty()) {
      for (Map.Entry<String, String> entry : copies.unreadable().entrySet()) {
        LOG.warn("Recovery copy {} is ignored: {}", entry.getKey(), entry.getValue());
      }
      return meta;
    }
    List<String> names = new ArrayList<>();
    for (RecoveryCopy copy : newer) {
      put(database, copy);
      names.add("'" + copy.domain().name() + "'");
    }
    if (newerPools.isPresent()) {
      put(database, newerPools.get());
      names.add("pools and images");
    }
    long newest = Math.max(meta.nextSequence(), copies.newestSequence());
    Meta repaired = new Meta(meta.host(), copies.newestCommit(), newest + Meta.SEQUENCE_GAP);
    repaired.write(database.sql());
    account.add(
        ("The database %s was older than recovery copies: it has lost commits %d to %d."
                + " Taken from their copies: %s. Missing may be events before number %d, and that a"
                + " domain was undefined.")
            .formatted(
                home.databaseFile(),
                meta.commits() + 1,
                repaired.commits(),
                String.join(", ", names),
                repaired.nextSequence()));
    nameUnreadable();
    commit(database);
    return repaired;
  }

  private void nameUnreadable() {
    copies
        .unreadable()
        .forEach((file, reason) -> account.add("Ignored " + file + ": " + reason + "."));
  }

  /** Copies come newest first, so an older domain of the same name has to take another one. */
  private void put(Database database, RecoveryCopy copy) throws SQLException {
    RecoveredDomain domain = RecoveredDomain.of(copy, database.domains());
    domain.renamed().ifPresent(account::add);
    for (var change : domain.changes()) {
      database.domains().apply(change);
    }
  }

  private static void put(Database database, PoolsCopy copy) throws SQLException {
    database.pools().clear();
    for (StoredPool pool : copy.pools()) {
      database.apply(new Change.PutPool(pool));
    }
    for (StoredImage image : copy.images()) {
      database.apply(new Change.PutImage(image));
    }
  }

  /** What the database has of pools and images. */
  static PoolsCopy pools(Database database, Meta meta) throws SQLException {
    return new PoolsCopy(
        meta.host(), meta.commits(), database.pools().pools(), database.pools().images());
  }

  /** A host without pools needs no copy. */
  private boolean isWritten(PoolsCopy now) {
    return copies.pools().map(written -> written.saysTheSameAs(now)).orElse(now.pools().isEmpty());
  }

  private void commit(Database database) throws SQLException {
    database.commit();
    database.sync();
    for (String sentence : account) {
      LOG.warn("{}", sentence);
    }
  }

  /** Everything the database has; reading all of it is what finds damage. */
  private static List<RecoveryCopy> everything(Database database, Meta meta) throws SQLException {
    List<RecoveryCopy> all = new ArrayList<>();
    for (var domain : database.domains().domains()) {
      all.add(
          new RecoveryCopy(
              meta.host(),
              meta.commits(),
              meta.nextSequence() - 1,
              domain,
              database.domains().launch(domain.uuid()),
              database.domains().intent(domain.uuid()),
              database.domains().policyState(domain.uuid()),
              database.domains().jobs(domain.uuid())));
    }
    return all;
  }

  private List<RecoveryCopy> stale(List<RecoveryCopy> current) {
    return current.stream()
        .filter(
            copy -> {
              RecoveryCopy written = copies.domains().get(copy.uuid());
              return written == null || !written.saysTheSameAs(copy);
            })
        .toList();
  }

  private List<UUID> orphans(List<RecoveryCopy> current) {
    Set<UUID> known = current.stream().map(RecoveryCopy::uuid).collect(Collectors.toSet());
    return copies.domains().keySet().stream().filter(uuid -> !known.contains(uuid)).toList();
  }
}
