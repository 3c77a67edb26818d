package dev.berth.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param rows names of experiments; empty means all
 * @param plan how often
 * @param write whether the page is to be rewritten
 */
record BenchOptions(List<String> rows, Plan plan, boolean write) {
  private static final Plan USUAL = new Plan(40, 21);
  private static final Plan QUICK = new Plan(1, Estimate.FEWEST);

  /**
   * Reads it.
   *
   * @param known the experiments that there are
   * @throws IllegalArgumentException when something is wrong with it; the message says what
   */
  static BenchOptions parse(List<String> arguments, List<String> known) {
    List<String> rows = new ArrayList<>();
    Plan plan = USUAL;
    boolean write = false;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      switch (argument) {
        case "--quick" -> plan = QUICK;
        case "--write" -> write = true;
        case "--pairs" -> plan = new Plan(USUAL.warmUps(), pairs(arguments, ++i));
        default -> rows.add(row(argument, known));
      }
    }
    if (write && (!rows.isEmpty() || plan.equals(QUICK))) {
      throw new IllegalArgumentException("--write is for a full run of all rows");
    }
    return new BenchOptions(List.copyOf(rows), plan, write);
  }

  private static int pairs(List<String> arguments, int index) {
    String number = index < arguments.size() ? arguments.get(index) : "";
    if (!number.matches("\\d{1,4}") || Integer.parseInt(number) < Estimate.FEWEST) {
      throw new IllegalArgumentException(
          "--pairs needs a number of at least " + Estimate.FEWEST + ", found '" + number + "'");
    }
    return Integer.parseInt(number);
  }

  private static String row(String argument, List<String> known) {
    if (!known.contains(argument)) {
      throw new IllegalArgumentException(
          "unknown row '" + argument + "'; there are " + String.join(", ", known));
    }
    return argument;
  }

  boolean includes(Experiment experiment) {
    return rows.isEmpty() || rows.contains(experiment.name());
  }
}
