package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.domain.DomainSnapshot;

/**
 * What a definition led to.
 *
 * @param effect what happened
 * @param snapshot the domain afterwards
 */
@Api(since = "0.1")
public record DefineResult(Effect effect, DomainSnapshot snapshot) {

  /** What happened. */
  public enum Effect {
    /** The domain is new. */
    CREATED,
    /** The definition was replaced; with a machine it is pending until the next boot. */
    REPLACED,
    /** The domain had exactly this definition. */
    UNCHANGED
  }
}
