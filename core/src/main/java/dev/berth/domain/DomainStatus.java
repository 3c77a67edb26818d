package dev.berth.domain;

import dev.berth.api.Api;
import java.time.Instant;
import java.util.Optional;

/**
 * A domain's state, why, and since when.
 *
 * @param state what the domain is doing
 * @param reason why
 * @param detail more words where the reason has any: QEMU's message, a signal, a run state
 * @param since when the state was entered, by the host's clock
 */
@Api(since = "0.1")
public record DomainStatus(
    DomainState state, StateReason reason, Optional<String> detail, Instant since) {

  /** A status without detail. */
  public static DomainStatus of(DomainState state, StateReason reason, Instant since) {
    return new DomainStatus(state, reason, Optional.empty(), since);
  }
}
