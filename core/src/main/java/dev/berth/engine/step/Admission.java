package dev.berth.engine.step;

/** What the policy says of a verb in a state. */
public sealed interface Admission {

  /** The verb may go ahead. */
  record Accept() implements Admission {}

  /** There is nothing to do; the call succeeds and says so. */
  record Already(String detail) implements Admission {}

  /** The verb is not legal now; {@code remedy} says what would make it so. */
  record Deny(String remedy) implements Admission {}
}
