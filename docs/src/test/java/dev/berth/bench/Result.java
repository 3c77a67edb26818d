package dev.berth.bench;

import java.util.Optional;

/**
 * One row of the table.
 *
 * @param what was measured
 * @param unit of Berth's figure and of the bare one
 * @param ours Berth's figure
 * @param bare what it is compared with
 * @param target what it must reach
 */
record Result(String what, Unit unit, Estimate ours, Optional<Bare> bare, Target target) {

  /**
   * The bare way of doing the same.
   *
   * @param value its figure
   * @param ratio Berth's time by its time, so above 1 is slower
   */
  record Bare(Estimate value, Estimate ratio) {}

  /** Times of Berth and of the bare way, in pairs. */
  static Result pairs(String what, Unit unit, Series ours, Series bare, Target target) {
    return new Result(
        what,
        unit,
        ours.estimate(),
        Optional.of(new Bare(bare.estimate(), ours.ratioTo(bare))),
        target);
  }

  /** A figure of Berth's that is compared with nothing. */
  static Result alone(String what, Unit unit, Estimate ours, Target target) {
    return new Result(what, unit, ours, Optional.empty(), target);
  }
}
