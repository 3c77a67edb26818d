package dev.berth.storage;

import dev.berth.domain.DomainName;
import dev.berth.store.Change;
import dev.berth.store.DomainRecord;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A domain as it goes from its copy into the database.
 *
 * @param changes replace whatever the database has of the domain
 * @param renamed says that its name had to give way, if so
 */
record RecoveredDomain(List<Change> changes, Optional<String> renamed) {
  private static final int NAME_LENGTH = 64;

  static RecoveredDomain of(RecoveryCopy copy, DomainTables tables) throws SQLException {
    DomainRecord domain = copy.domain();
    Optional<UUID> owner = tables.ownerOf(domain.name());
    Optional<String> renamed = Optional.empty();
    if (owner.isPresent() && !owner.get().equals(domain.uuid())) {
      DomainName free = freeName(domain);
      renamed =
          Optional.of(
              "Domain %s is called '%s' now: '%s' belongs to domain %s."
                  .formatted(domain.uuid(), free, domain.name(), owner.get()));
      domain =
          new DomainRecord(
              domain.uuid(),
              free,
              domain.generation() + 1,
              domain.revision(),
              domain.document(),
              domain.status());
    }
    List<Change> changes = new ArrayList<>();
    changes.add(new Change.RemoveDomain(domain.uuid()));
    changes.add(new Change.PutDomain(domain));
    copy.launch().ifPresent(launch -> changes.add(new Change.PutLaunch(launch)));
    copy.intent().ifPresent(intent -> changes.add(new Change.PutIntent(intent)));
    copy.policyState().ifPresent(state -> changes.add(new Change.PutPolicyState(state)));
    copy.jobs().forEach(job -> changes.add(new Change.PutJob(job)));
    return new RecoveredDomain(changes, renamed);
  }

  /** The name with the UUID's beginning after it, unique in practice. */
  private static DomainName freeName(DomainRecord domain) {
    String suffix = "-" + domain.uuid().toString().substring(0, 8);
    String name = domain.name().text();
    return new DomainName(
        name.substring(0, Math.min(name.length(), NAME_LENGTH - suffix.length())) + suffix);
  }
}
