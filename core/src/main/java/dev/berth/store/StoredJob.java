package dev.berth.store;

import java.util.Optional;
import java.util.UUID;

/**
 * A job as it is stored, while it goes on and for some time after its end.
 *
 * @param id unique on the host
 * @param domain whose job; empty for one of the host
 * @param document the job as JSON
 */
public record StoredJob(String id, Optional<UUID> domain, String document) {

  /** A job of that domain. */
  public StoredJob(String id, UUID domain, String document) {
    this(id, Optional.of(domain), document);
  }
}
