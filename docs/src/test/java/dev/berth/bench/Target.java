package dev.berth.bench;

import java.util.Locale;

/** What a row must reach. */
sealed interface Target {

  String text();

  boolean isMet(Result result);

  /** Nothing: the row is there to explain others. */
  record None() implements Target {
    @Override
    public String text() {
      return "";
    }

    @Override
    public boolean isMet(Result result) {
      return true;
    }
  }

  /** Berth's median is that or less. */
  record AtMost(double value, Unit unit) implements Target {
    @Override
    public String text() {
      return "≤ " + unit.text(value).replace(".0 ", " ");
    }

    @Override
    public boolean isMet(Result result) {
      return result.ours().median() <= value;
    }
  }

  /** Berth's median is that or more. */
  record AtLeast(double value, Unit unit) implements Target {
    @Override
    public String text() {
      return "≥ " + unit.text(value);
    }

    @Override
    public boolean isMet(Result result) {
      return result.ours().median() >= value;
    }
  }

  /** The median of the ratios is that or less. */
  record RatioAtMost(double value) implements Target {
    @Override
    public String text() {
      return String.format(Locale.ROOT, "≤ %.1f ×", value);
    }

    @Override
    public boolean isMet(Result result) {
      return result.bare().filter(bare -> bare.ratio().median() <= value).isPresent();
    }
  }

  /** The median of the ratios is that or less, or Berth's median no more than so much larger. */
  record RatioOrMore(double value, double millis) implements Target {
    @Override
    public String text() {
      return String.format(Locale.ROOT, "≤ %.1f ×, or + %.0f ms", value, millis);
    }

    @Override
    public boolean isMet(Result result) {
      return result
          .bare()
          .filter(
              bare ->
                  bare.ratio().median() <= value
                      || result.ours().median() - bare.value().median() <= millis)
          .isPresent();
    }
  }

  /** The median throughput is that much of the bare one's, or more. */
  record ThroughputAtLeast(double share) implements Target {
    @Override
    public String text() {
      return String.format(Locale.ROOT, "≤ 1/%.2f ×", share);
    }

    @Override
    public boolean isMet(Result result) {
      return result.bare().filter(bare -> 1 / bare.ratio().median() >= share).isPresent();
    }
  }
}
