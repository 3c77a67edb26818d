package dev.berth.store;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * How far the host is with what it does by itself with a domain.
 *
 * @param domain whose
 * @param boot id of the host's boot in which it is settled whether the domain is started by itself;
 *     empty when that was never settled
 * @param tries starts after a failure, since the domain was last up for long, the due one included
 * @param dueAt when the host starts the domain next; present from the decision to the outcome
 */
public record PolicyState(UUID domain, String boot, int tries, Optional<Instant> dueAt) {

  /** Of a domain with which nothing was ever done. */
  public static PolicyState none(UUID domain) {
    return new PolicyState(domain, "", 0, Optional.empty());
  }

  /** The same with its autostart settled in that boot. */
  public PolicyState settledIn(String thisBoot) {
    return new PolicyState(domain, thisBoot, tries, dueAt);
  }

  /** The same with a start due. */
  public PolicyState due(int number, Instant at) {
    return new PolicyState(domain, boot, number, Optional.of(at));
  }

  /** The same with no start due. */
  public PolicyState notDue(int triesSoFar) {
    return new PolicyState(domain, boot, triesSoFar, Optional.empty());
  }
}
