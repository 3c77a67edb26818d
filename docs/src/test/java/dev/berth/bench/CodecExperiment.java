package dev.berth.bench;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Reading and checking QMP, by JMH. Both ways take turns, each in a JVM of its own that is warmed
 * up and gives three values, so that what one JVM compiles well or badly is in the interval too.
 */
final class CodecExperiment implements Experiment {
  private static final int WARM_UPS = 8;
  private static final int VALUES = 3;
  private static final TimeValue WARM_UP = TimeValue.milliseconds(500);
  private static final TimeValue MEASURED = TimeValue.milliseconds(300);

  private static final double MICROS = 1000;

  @Override
  public String name() {
    return "codec";
  }

  @Override
  public List<Result> run(Plan given, BenchDirectory directory) throws RunnerException {
    // Its lock would be a file that stays. Nothing else of ours runs meanwhile.
    System.setProperty("jmh.ignoreLock", "true");
    int rounds = (given.pairs() + VALUES - 1) / VALUES;
    Plan plan = new Plan(0, rounds * VALUES);
    return List.of(
        pair(plan, "query-named-block-nodes, typed", "blockNodes"),
        pair(plan, "query-blockstats, typed", "blockstats"),
        Result.alone(
            "the schema's gate before a command",
            Unit.NANOSECONDS,
            series(plan, "gate", MICROS),
            new Target.AtMost(MICROS, Unit.NANOSECONDS)),
        Result.alone(
            "the index of a schema of 200 KB, from its JSON",
            Unit.MILLISECONDS,
            series(plan, "index", 1 / MICROS),
            new Target.AtMost(50, Unit.MILLISECONDS)));
  }

  private static Result pair(Plan plan, String what, String method) throws RunnerException {
    Series ours = plan.series();
    Series plain = plan.series();
    for (int round = 0; round < plan.rounds() / VALUES; round++) {
      micros(method).forEach(ours::add);
      micros(method + "Plain").forEach(plain::add);
    }
    return Result.pairs(
        what + ", against Jackson's tree of the same bytes",
        Unit.MICROSECONDS,
        ours,
        plain,
        new Target.RatioAtMost(1.5));
  }

  private static Estimate series(Plan plan, String method, double perMicro) throws RunnerException {
    Series series = plan.series();
    for (int round = 0; round < plan.rounds() / VALUES; round++) {
      micros(method).forEach(value -> series.add(value * perMicro));
    }
    return series.estimate();
  }

  /** Runs that method in a JVM of its own. */
  private static List<Double> micros(String method) throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include("\\." + CodecBenchmark.class.getSimpleName() + "\\." + method + "$")
            .forks(1)
            .warmupIterations(WARM_UPS)
            .warmupTime(WARM_UP)
            .measurementIterations(VALUES)
            .measurementTime(MEASURED)
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .build();
    List<Double> values = new ArrayList<>();
    for (RunResult run : new Runner(options).run()) {
      for (BenchmarkResult fork : run.getBenchmarkResults()) {
        for (IterationResult iteration : fork.getIterationResults()) {
          values.add(iteration.getPrimaryResult().getScore());
        }
      }
    }
    return values;
  }
}
