package dev.berth.storage;

import dev.berth.domain.DomainName;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.NotFoundException;
import dev.berth.store.Change;
import dev.berth.store.DomainRecord;
import dev.berth.store.Intent;
import dev.berth.store.PolicyState;
import dev.berth.store.StoredJob;
import dev.berth.store.StoredLaunch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/** The tables of domains, launch records, intents, policy states and jobs. */
final class DomainTables {
  /** H2's limit for a VARCHAR. */
  private static final int DOCUMENT_LIMIT_CHARACTERS = 1_048_576;

  private static final String DOMAIN_COLUMNS =
      "uuid, name, generation, revision, document, state, reason, detail, since";

  private final Sql sql;

  DomainTables(Sql sql) {
    this.sql = sql;
  }

  /**
   * Makes one change.
   *
   * @throws AlreadyExistsException when the name belongs to another domain
   * @throws NotFoundException when there is no domain for what belongs to one
   * @throws InvalidRequestException when a document is too long
   */
  void apply(Change change) throws SQLException {
    if (change instanceof Change.PutDomain put) {
      put(put.domain());
    } else if (change instanceof Change.RemoveDomain remove) {
      sql.update("DELETE FROM domains WHERE uuid = ?", remove.domain());
    } else if (change instanceof Change.PutLaunch put) {
      put(put.launch());
    } else if (change instanceof Change.RemoveLaunch remove) {
      sql.update("DELETE FROM launches WHERE domain = ?", remove.domain());
    } else if (change instanceof Change.PutIntent put) {
      put(put.intent());
    } else if (change instanceof Change.RemoveIntent remove) {
      sql.update("DELETE FROM intents WHERE domain = ?", remove.domain());
    } else if (change instanceof Change.PutPolicyState put) {
      put(put.state());
    } else if (change instanceof Change.PutJob put) {
      put(put.job());
    } else if (change instanceof Change.RemoveJob remove) {
      sql.update(
          "DELETE FROM jobs WHERE id = ? AND domain IS NOT DISTINCT FROM ?",
          remove.job(),
          remove.domain().orElse(null));
    }
  }

  /** The domain that a change is about, if it is about one. */
  static Optional<UUID> subject(Change change) {
    if (change instanceof Change.PutJob put) {
      return put.job().domain();
    } else if (change instanceof Change.RemoveJob remove) {
      return remove.domain();
    }
    return Optional.of(owner(change));
  }

  private static UUID owner(Change change) {
    if (change instanceof Change.PutDomain put) {
      return put.domain().uuid();
    } else if (change instanceof Change.RemoveDomain remove) {
      return remove.domain();
    } else if (change instanceof Change.PutLaunch put) {
      return put.launch().domain();
    } else if (change instanceof Change.RemoveLaunch remove) {
      return remove.domain();
    } else if (change instanceof Change.PutIntent put) {
      return put.intent().domain();
    } else if (change instanceof Change.RemoveIntent remove) {
      return remove.domain();
    } else if (change instanceof Change.PutPolicyState put) {
      return put.state().domain();
    }
    throw new IllegalArgumentException("unknown change " + change);
  }

  List<DomainRecord> domains() throws SQLException {
    return sql.list(
        "SELECT " + DOMAIN_COLUMNS + " FROM domains ORDER BY name", DomainTables::domain);
  }

  List<StoredLaunch> launches() throws SQLException {
    return sql.list("SELECT domain, incarnation, document FROM launches", DomainTables::launch);
  }

  List<Intent> intents() throws SQLException {
    return sql.list(
        "SELECT domain, verb, document, actor, since FROM intents", DomainTables::intent);
  }

  List<PolicyState> policyStates() throws SQLException {
    return sql.list(
        "SELECT domain, boot, tries, due_at FROM policy_states", DomainTables::policyState);
  }

  List<StoredJob> jobs() throws SQLException {
    return sql.list("SELECT id, domain, document FROM jobs ORDER BY id", DomainTables::job);
  }

  List<StoredJob> jobs(UUID uuid) throws SQLException {
    return sql.list(
        "SELECT id, domain, document FROM jobs WHERE domain = ? ORDER BY id",
        DomainTables::job,
        uuid);
  }

  Optional<DomainRecord> domain(UUID uuid) throws SQLException {
    return sql.first(
        "SELECT " + DOMAIN_COLUMNS + " FROM domains WHERE uuid = ?", DomainTables::domain, uuid);
  }

  Optional<StoredLaunch> launch(UUID uuid) throws SQLException {
    return sql.first(
        "SELECT domain, incarnation, document FROM launches WHERE domain = ?",
        DomainTables::launch,
        uuid);
  }

  Optional<Intent> intent(UUID uuid) throws SQLException {
    return sql.first(
        "SELECT domain, verb, document, actor, since FROM intents WHERE domain = ?",
        DomainTables::intent,
        uuid);
  }

  Optional<PolicyState> policyState(UUID uuid) throws SQLException {
    return sql.first(
        "SELECT domain, boot, tries, due_at FROM policy_states WHERE domain = ?",
        DomainTables::policyState,
        uuid);
  }

  /** The domain of that name. */
  Optional<UUID> ownerOf(DomainName name) throws SQLException {
    return sql.first(
        "SELECT uuid FROM domains WHERE name = ?",
        row -> row.getObject(1, UUID.class),
        name.text());
  }

  private void put(DomainRecord domain) throws SQLException {
    checkLength(domain.document(), "definition", domain.uuid());
    try {
      sql.update(
          "MERGE INTO domains ("
              + DOMAIN_COLUMNS
              + ") KEY (uuid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          domain.uuid(),
          domain.name().text(),
          domain.generation(),
          domain.revision(),
          domain.document(),
          domain.status().state().text(),
          domain.status().reason().text(),
          domain.status().detail().orElse(null),
          domain.status().since());
    } catch (SQLException e) {
      if (e.getErrorCode() == ErrorCode.DUPLICATE_KEY_1) {
        throw nameTaken(domain, e);
      }
      throw e;
    }
  }

  private AlreadyExistsException nameTaken(DomainRecord domain, SQLException cause)
      throws SQLException {
    UUID owner = ownerOf(domain.name()).orElseThrow(() -> cause);
    return new AlreadyExistsException(
        "Cannot store domain "
            + domain.uuid()
            + ": the name '"
            + domain.name()
            + "' belongs to domain "
            + owner
            + ". Choose another name.");
  }

  private void put(StoredLaunch launch) throws SQLException {
    checkLength(launch.document(), "launch record", launch.domain());
    putBelow(
        launch.domain(),
        "launch record",
        "MERGE INTO launches (domain, incarnation, document) KEY (domain) VALUES (?, ?, ?)",
        launch.domain(),
        launch.incarnation(),
        launch.document());
  }

  private void put(Intent intent) throws SQLException {
    checkLength(intent.document(), "intent", intent.domain());
    putBelow(
        intent.domain(),
        "intent",
        "MERGE INTO intents (domain, verb, document, actor, since) KEY (domain)"
            + " VALUES (?, ?, ?, ?, ?)",
        intent.domain(),
        intent.verb(),
        intent.document(),
        intent.actor(),
        intent.since());
  }

  private void put(PolicyState state) throws SQLException {
    putBelow(
        state.domain(),
        "policy state",
        "MERGE INTO policy_states (domain, boot, tries, due_at) KEY (domain) VALUES (?, ?, ?, ?)",
        state.domain(),
        state.boot(),
        state.tries(),
        state.dueAt().orElse(null));
  }

  /** A job stays whose it is: one of another domain with its id is not replaced. */
  private void put(StoredJob job) throws SQLException {
    UUID domain = job.domain().orElse(null);
    if (domain != null) {
      checkLength(job.document(), "job " + job.id(), domain);
    }
    int replaced =
        sql.update(
            "UPDATE jobs SET document = ? WHERE id = ? AND domain IS NOT DISTINCT FROM ?",
            job.document(),
            job.id(),
            domain);
    if (replaced == 0) {
      insert(job, domain);
    }
  }

  private void insert(StoredJob job, @Nullable UUID domain) throws SQLException {
    String statement = "INSERT INTO jobs (id, domain, document) VALUES (?, ?, ?)";
    try {
      if (domain == null) {
        sql.update(statement, job.id(), null, job.document());
      } else {
        putBelow(domain, "job " + job.id(), statement, job.id(), domain, job.document());
      }
    } catch (SQLException e) {
      if (e.getErrorCode() == ErrorCode.DUPLICATE_KEY_1) {
        throw new AlreadyExistsException(
            "Cannot store job " + job.id() + ": there is one of that id that is another's.");
      }
      throw e;
    }
  }

  /** Stores what belongs to a domain, which the database knows to be there or not. */
  private void putBelow(UUID domain, String what, String statement, @Nullable Object... parameters)
      throws SQLException {
    try {
      sql.update(statement, parameters);
    } catch (SQLException e) {
      if (e.getErrorCode() != ErrorCode.REFERENTIAL_INTEGRITY_VIOLATED_PARENT_MISSING_1) {
        throw e;
      }
      throw new NotFoundException(
          "Cannot store the " + what + " of domain " + domain + ": there is no such domain.");
    }
  }

  private static void checkLength(String document, String what, UUID domain) {
    if (document.length() > DOCUMENT_LIMIT_CHARACTERS) {
      throw new InvalidRequestException(
          "The %s of domain %s has %,d characters; the store takes %,d at most. Make it shorter."
              .formatted(what, domain, document.length(), DOCUMENT_LIMIT_CHARACTERS));
    }
  }

  private static DomainRecord domain(ResultSet row) throws SQLException {
    return new DomainRecord(
        row.getObject("uuid", UUID.class),
        new DomainName(row.getString("name")),
        row.getLong("generation"),
        row.getLong("revision"),
        row.getString("document"),
        new DomainStatus(
            DomainState.of(row.getString("state")),
            StateReason.of(row.getString("reason")),
            Optional.ofNullable(row.getString("detail")),
            row.getObject("since", Instant.class)));
  }

  private static StoredLaunch launch(ResultSet row) throws SQLException {
    return new StoredLaunch(
        row.getObject("domain", UUID.class),
        row.getString("incarnation"),
        row.getString("document"));
  }

  private static Intent intent(ResultSet row) throws SQLException {
    return new Intent(
        row.getObject("domain", UUID.class),
        row.getString("verb"),
        row.getString("document"),
        row.getString("actor"),
        row.getObject("since", Instant.class));
  }

  private static StoredJob job(ResultSet row) throws SQLException {
    return new StoredJob(
        row.getString("id"),
        Optional.ofNullable(row.getObject("domain", UUID.class)),
        row.getString("document"));
  }

  private static PolicyState policyState(ResultSet row) throws SQLException {
    return new PolicyState(
        row.getObject("domain", UUID.class),
        row.getString("boot"),
        row.getInt("tries"),
        Optional.ofNullable(row.getObject("due_at", Instant.class)));
  }
}
