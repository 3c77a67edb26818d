package dev.berth.bench;

/**
 * How often an experiment is made.
 *
 * @param warmUps rounds that are made first and do not count
 * @param pairs rounds that count
 */
record Plan(int warmUps, int pairs) {

  int rounds() {
    return warmUps + pairs;
  }

  /** Takes one value in each round. */
  Series series() {
    return new Series(this);
  }
}
