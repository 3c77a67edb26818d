package dev.berth.store;

import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/** One row written or removed. */
public sealed interface Change {

  /** Inserts or replaces a domain, by UUID. */
  record PutDomain(DomainRecord domain) implements Change {}

  /**
   * Removes a domain with its launch record, intent, policy state and jobs; nothing happens when
   * there is none.
   */
  record RemoveDomain(UUID domain) implements Change {}

  /** Inserts or replaces the launch record of a domain. */
  record PutLaunch(StoredLaunch launch) implements Change {}

  /** Removes the launch record of a domain. */
  record RemoveLaunch(UUID domain) implements Change {}

  /** Inserts or replaces the intent of a domain: it has one at most. */
  record PutIntent(Intent intent) implements Change {}

  /** Inserts or replaces how far the host is with a domain's policies. */
  record PutPolicyState(PolicyState state) implements Change {}

  /** Removes the intent of a domain. */
  record RemoveIntent(UUID domain) implements Change {}

  /** Inserts or replaces a job, by its id. It stays of the domain that it is of, or of none. */
  record PutJob(StoredJob job) implements Change {}

  /** Forgets a job of a domain, or of the host; nothing happens when there is none. */
  record RemoveJob(Optional<UUID> domain, String job) implements Change {}

  /** Inserts or replaces a pool, by its name. */
  record PutPool(StoredPool pool) implements Change {}

  /** Forgets a pool, with what is stored of its images; nothing happens when there is none. */
  record RemovePool(PoolName pool) implements Change {}

  /** Inserts or replaces what is stored of an image, by its name. */
  record PutImage(StoredImage image) implements Change {}

  /** Forgets an image; nothing happens when there is none. */
  record RemoveImage(ImageName image) implements Change {}

  /** Inserts or replaces a complete backup, by its folder. */
  record PutBackup(StoredBackup backup) implements Change {}

  /** Forgets a backup; nothing happens when there is none. */
  record RemoveBackup(Path folder) implements Change {}
}
