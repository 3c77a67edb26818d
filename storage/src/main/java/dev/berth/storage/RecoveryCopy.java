package dev.berth.storage;

import dev.berth.store.DomainRecord;
import dev.berth.store.Intent;
import dev.berth.store.PolicyState;
import dev.berth.store.StoredJob;
import dev.berth.store.StoredLaunch;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * All that is stored about one domain, as it was after a commit.
 *
 * @param host whose domain
 * @param commit number of that commit, see {@link Meta#commits()}
 * @param sequence number of the newest event at that time
 * @param domain the domain
 * @param launch its launch record, if any
 * @param intent its intent, if any
 * @param policyState how far the host is with its policies, if it has any
 * @param jobs its jobs
 */
record RecoveryCopy(
    UUID host,
    long commit,
    long sequence,
    DomainRecord domain,
    Optional<StoredLaunch> launch,
    Optional<Intent> intent,
    Optional<PolicyState> policyState,
    List<StoredJob> jobs) {

  RecoveryCopy {
    jobs = List.copyOf(jobs);
  }

  UUID uuid() {
    return domain.uuid();
  }

  /** Whether both say the same about the domain, whenever they were made. */
  boolean saysTheSameAs(RecoveryCopy other) {
    return host.equals(other.host)
        && domain.equals(other.domain)
        && launch.equals(other.launch)
        && intent.equals(other.intent)
        && policyState.equals(other.policyState)
        && jobs.equals(other.jobs);
  }
}
