package dev.berth.store;

import java.util.List;
import java.util.Optional;

/**
 * What a store held when it was opened.
 *
 * @param domains every domain
 * @param launches launch records of domains that had a machine
 * @param intents effects that were under way
 * @param policyStates how far the host is with the policies of domains that have any
 * @param jobs those that go on, and those that have ended and are kept
 * @param pools every pool
 * @param images what is stored of images
 * @param backups complete ones
 * @param rebuilt present when the database was damaged and this is what the recovery copies had:
 *     what happened and what may be missing
 */
public record StoreContents(
    List<DomainRecord> domains,
    List<StoredLaunch> launches,
    List<Intent> intents,
    List<PolicyState> policyStates,
    List<StoredJob> jobs,
    List<StoredPool> pools,
    List<StoredImage> images,
    List<StoredBackup> backups,
    Optional<String> rebuilt) {

  /** Copies the lists. */
  public StoreContents {
    domains = List.copyOf(domains);
    launches = List.copyOf(launches);
    intents = List.copyOf(intents);
    policyStates = List.copyOf(policyStates);
    jobs = List.copyOf(jobs);
    pools = List.copyOf(pools);
    images = List.copyOf(images);
    backups = List.copyOf(backups);
  }
}
