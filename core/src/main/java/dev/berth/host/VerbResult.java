package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.domain.DomainSnapshot;

/**
 * How a verb ended.
 *
 * @param effect whether anything had to be done
 * @param detail one sentence for people, e.g. {@code killed: QEMU did not end within 10 s}; may be
 *     empty
 * @param snapshot the domain afterwards
 */
@Api(since = "0.1")
public record VerbResult(Effect effect, String detail, DomainSnapshot snapshot) {

  /** Whether anything had to be done. */
  public enum Effect {
    /** The verb changed the domain. */
    CHANGED,
    /** The domain was already as asked. */
    ALREADY
  }
}
