package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.domain.DomainName;
import dev.berth.domain.ResourceNames;
import java.util.UUID;

/**
 * What a domain needs and nobody has given.
 *
 * @param domain its name
 * @param uuid its UUID
 * @param occasion what it is needed for
 * @param actor who wants it; {@code host} for what the host does by itself
 * @param missing what is needed
 */
@Api(since = "0.1")
public record ResourceRequest(
    DomainName domain, UUID uuid, Occasion occasion, String actor, ResourceNames missing) {

  /** What resources are needed for; later versions know more. */
  public enum Occasion {
    /** A start that somebody asked for, or the domain's {@code autostart}. */
    START,
    /** A start by the domain's {@code restart}. */
    RESTART,
    /** A device that is added to a running machine. */
    ATTACH
  }
}
