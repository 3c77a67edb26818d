package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EstimateTest {
  @Test
  void theMedianIsTheMiddleValueOrTheMeanOfTheTwoMiddleOnes() {
    assertThat(Estimate.of(new double[] {9, 1, 4, 2, 7, 8, 100}).median()).isEqualTo(7);
    assertThat(Estimate.of(new double[] {9, 1, 4, 2, 7, 8}).median()).isEqualTo(5.5);
  }

  /** The ranks are in every table for the sign test, e.g. 4 and 12 of 15 cover 96.5 %. */
  @ParameterizedTest
  @CsvSource({
    "6, 1", "8, 1", "9, 2", "11, 2", "12, 3", "15, 4", "20, 6", "21, 6", "25, 8", "100, 40"
  })
  void theIntervalLiesBetweenTheRanksOfTheSignTest(int size, int rank) {
    double[] sample = IntStream.rangeClosed(1, size).mapToDouble(i -> i).toArray();

    Estimate estimate = Estimate.of(sample);

    assertThat(estimate.low()).isEqualTo(rank);
    assertThat(estimate.high()).isEqualTo(size + 1 - rank);
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 15, 21, 40})
  void theIntervalHoldsTheTrueMedianAtLeastAsOftenAsItSays(int size) {
    Random random = new Random(size);
    int trials = 20_000;
    int held = 0;
    for (int trial = 0; trial < trials; trial++) {
      // Skewed, as times are: the median of exp(N(0, 1)) is 1.
      Estimate estimate =
          Estimate.of(random.doubles(size).map(any -> Math.exp(random.nextGaussian())).toArray());
      if (estimate.low() <= 1 && 1 <= estimate.high()) {
        held++;
      }
    }

    assertThat(held / (double) trials).isGreaterThan(0.945);
  }

  @Test
  void tooFewValuesAreRefused() {
    assertThatThrownBy(() -> Estimate.of(new double[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 values");
  }

  @Test
  void aRatioIsTakenWithinEachPairAndWarmUpsDoNotCount() {
    Plan plan = new Plan(1, 7);
    Series ours = plan.series();
    Series bare = plan.series();
    ours.add(1000);
    bare.add(1);
    for (int pair = 1; pair <= 7; pair++) {
      double load = Math.pow(10, pair); // the machine gets slower all the time
      ours.add(1.2 * load);
      bare.add(load);
    }

    Estimate ratio = ours.ratioTo(bare);

    assertThat(ratio.median()).isCloseTo(1.2, within(1e-9));
    assertThat(ratio.high()).isCloseTo(1.2, within(1e-9));
    assertThat(bare.estimate().median()).isEqualTo(1e4);
  }

  @Test
  void theFirstRoundsAreAsManyAsThePairsAndCountWarmUpsToo() {
    Series series = new Plan(3, 7).series();
    for (int round = 1; round <= 10; round++) {
      series.add(round);
    }

    assertThat(series.first().estimate().median()).isEqualTo(4);
    assertThat(series.estimate().median()).isEqualTo(7);
  }
}
