package dev.berth.domain;

import dev.berth.api.Api;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Something that happened to a domain or its host, durable and numbered.
 *
 * @param sequence strictly increasing on one host, also across restarts; the cursor to resume from
 * @param time by the host's clock
 * @param domain the domain's UUID; empty for events of the host
 * @param name the domain's name at that time
 * @param type stable code such as {@code domain.started}; new ones may appear, see {@link
 *     EventTypes}
 * @param actor who caused it: {@code user:root}, {@code api}, {@code guest}, {@code qemu}, {@code
 *     host}
 * @param attributes more about it; keys are stable for each type
 */
@Api(since = "0.1")
public record DomainEvent(
    long sequence,
    Instant time,
    Optional<UUID> domain,
    Optional<String> name,
    String type,
    String actor,
    Map<String, String> attributes) {

  /** Copies the attributes. */
  public DomainEvent {
    attributes = Map.copyOf(attributes);
  }

  /** What it tells, typed. */
  public EventBody body() {
    return EventBody.of(type, attributes);
  }

  /** The same event with its place in the sequence. */
  public DomainEvent numbered(long number) {
    return new DomainEvent(number, time, domain, name, type, actor, attributes);
  }
}
