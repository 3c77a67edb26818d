package dev.berth.migration;

import java.util.Optional;

/**
 * What a target says of a migration.
 *
 * @param phase how far it is
 * @param detail a sentence for people; may be empty
 * @param stream where QEMU takes in the state, while it does
 * @param storage where it takes in the images that the machine brings along
 */
public record Arrival(
    TargetPhase phase,
    String detail,
    Optional<StreamAddress> stream,
    Optional<StreamAddress> storage) {
  /** Keeps the detail within bounds. */
  public Arrival {
    detail = PeerWords.of(detail);
  }

  /** The same, whose stream is there. */
  public Arrival at(StreamAddress address) {
    return new Arrival(phase, detail, Optional.of(address), storage);
  }

  /** The same, whose images come in there. */
  public Arrival storedAt(StreamAddress address) {
    return new Arrival(phase, detail, stream, Optional.of(address));
  }

  /** One without addresses. */
  public static Arrival of(TargetPhase phase, String detail) {
    return new Arrival(phase, detail, Optional.empty(), Optional.empty());
  }
}
