package dev.berth.store;

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

  /** Inserts or replaces a job, by its id. */
  record PutJob(StoredJob job) implements Change {}

  /** Forgets a job of a domain; nothing happens when there is none. */
  record RemoveJob(UUID domain, String job) implements Change {}
}
