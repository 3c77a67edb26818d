package dev.berth.bench;

import java.util.Arrays;

/**
 * A median and how well it is known.
 *
 * <p>The interval lies between two values of the sorted sample, of ranks k and n + 1 - k. That it
 * misses the true median means that fewer than k of n values fell on one side of it, which is
 * tossing n coins: no assumption about how the values are distributed, unlike a mean with its
 * standard error, and nothing random, unlike a bootstrap.
 *
 * @param median of the sample
 * @param low lower end of an interval that holds the true median with at least 95 %
 * @param high its upper end
 */
record Estimate(double median, double low, double high) {
  /** Below this the whole range of the sample holds the median with less than 95 %. */
  static final int FEWEST = 6;

  private static final double MISSES = 0.05;

  /**
   * Estimates a median.
   *
   * @throws IllegalArgumentException when there are fewer than {@value #FEWEST} values
   */
  static Estimate of(double[] sample) {
    if (sample.length < FEWEST) {
      throw new IllegalArgumentException(
          "no 95 % interval can be had from " + sample.length + " values");
    }
    double[] sorted = sample.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    int rank = rank(n);
    return new Estimate(
        (sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[rank - 1], sorted[n - rank]);
  }

  /** A figure that was read once. */
  static Estimate exactly(double value) {
    return new Estimate(value, value, value);
  }

  /** Whether it is one figure without an interval. */
  boolean isExact() {
    return low == high;
  }

  /** The highest k for which 2 P(fewer than k heads in n tosses) is at most {@link #MISSES}. */
  static int rank(int n) {
    double probability = Math.pow(0.5, n); // of exactly `heads` heads
    double atMost = probability;
    int heads = 0;
    while (2 * (atMost + next(probability, n, heads)) <= MISSES) {
      probability = next(probability, n, heads);
      atMost += probability;
      heads++;
    }
    return heads + 1;
  }

  private static double next(double probability, int n, int heads) {
    return probability * (n - heads) / (heads + 1);
  }
}
