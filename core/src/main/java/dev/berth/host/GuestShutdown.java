package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.domain.DomainSnapshot;

/**
 * What became of one domain when all guests were shut down.
 *
 * @param outcome how it went
 * @param detail one sentence for people, e.g. why the guest was left; may be empty
 * @param snapshot the domain afterwards
 */
@Api(since = "0.1")
public record GuestShutdown(Outcome outcome, String detail, DomainSnapshot snapshot) {

  /** How it went. */
  public enum Outcome {
    /** The guest has shut itself down. */
    SHUT_DOWN,
    /** The machine was destroyed. */
    DESTROYED,
    /** The machine was lost in the middle of it; the detail says how. */
    CRASHED,
    /** There was no machine, and the host will not start one as it was about to. */
    KEPT_OFF,
    /** There is still a machine; the detail says why. */
    LEFT
  }
}
