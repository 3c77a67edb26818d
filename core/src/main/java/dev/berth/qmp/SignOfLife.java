package dev.berth.qmp;

import java.time.Duration;

/**
 * QEMU answered a probe.
 *
 * @param lane by which way
 * @param roundTrip from the call to the answer
 */
public record SignOfLife(Lane lane, Duration roundTrip) {

  /** The way a probe takes. */
  public enum Lane {
    /** Past all queued commands, answered even while QEMU's main loop is blocked. */
    OUT_OF_BAND,
    /** Behind all queued commands: this QEMU offers nothing better. */
    IN_BAND
  }
}
