package dev.berth.bench;

import java.util.Arrays;

/** The values of one way of doing something, one in each round. Not thread-safe. */
final class Series {
  private final Plan plan;
  private final double[] values;
  private int added;

  Series(Plan plan) {
    this.plan = plan;
    this.values = new double[plan.rounds()];
  }

  void add(double value) {
    values[added++] = value;
  }

  /** As many of the first rounds as there are pairs, whether they count or not. */
  Series first() {
    Series first = new Series(new Plan(0, plan.pairs()));
    for (int i = 0; i < plan.pairs(); i++) {
      first.add(values[i]);
    }
    return first;
  }

  /** The median of the rounds that count. */
  Estimate estimate() {
    return Estimate.of(counted());
  }

  /** The median of the ratios within each round: what slows both ways cancels out. */
  Estimate ratioTo(Series bare) {
    double[] ours = counted();
    double[] theirs = bare.counted();
    double[] ratios = new double[ours.length];
    for (int i = 0; i < ours.length; i++) {
      ratios[i] = ours[i] / theirs[i];
    }
    return Estimate.of(ratios);
  }

  private double[] counted() {
    if (added != values.length) {
      throw new IllegalStateException(added + " of " + values.length + " rounds were measured");
    }
    return Arrays.copyOfRange(values, plan.warmUps(), values.length);
  }
}
