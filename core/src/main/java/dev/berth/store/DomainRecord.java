package dev.berth.store;

import dev.berth.domain.DomainName;
import dev.berth.domain.DomainStatus;
import java.util.UUID;

/**
 * A domain as it is stored.
 *
 * @param uuid identity
 * @param name unique
 * @param generation counts published changes
 * @param revision counts definitions, from 1
 * @param document the definition as canonical JSON
 * @param status last persisted state
 */
public record DomainRecord(
    UUID uuid,
    DomainName name,
    long generation,
    long revision,
    String document,
    DomainStatus status) {

  /** The same in another generation. */
  public DomainRecord inGeneration(long other) {
    return new DomainRecord(uuid, name, other, revision, document, status);
  }
}
