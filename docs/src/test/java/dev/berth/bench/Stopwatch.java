package dev.berth.bench;

/**
 * Time since a moment.
 *
 * @param startNanos the moment, as {@link System#nanoTime()} has it
 */
record Stopwatch(long startNanos) {

  static Stopwatch start() {
    return new Stopwatch(System.nanoTime());
  }

  double millis() {
    return (System.nanoTime() - startNanos) / 1e6;
  }
}
