package dev.berth.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures Berth against the least that could do the same, by turns, and prints a table. Runs from
 * the top of the source tree; {@code ./bench} is how to call it.
 */
public final class Bench {
  private static final List<Experiment> EXPERIMENTS =
      List.of(
          new StartExperiment(),
          new AttachExperiment(),
          new MonitorExperiment(),
          new CodecExperiment(),
          new AdoptExperiment(),
          new ScaleExperiment(),
          new FleetExperiment(),
          new StatsExperiment(),
          new ListExperiment(),
          new DefineExperiment(),
          new BackupExperiment(),
          new RestoreExperiment(),
          new CheckpointExperiment(),
          new MigrationExperiment(),
          new PlanExperiment());

  private static final int USAGE = 2;
  private static final int PATIENCE_MILLIS = 20_000;

  private Bench() {}

  /** Runs the experiments that the arguments name, or all. */
  public static void main(String[] arguments) throws Exception {
    BenchOptions options;
    try {
      List<String> names = EXPERIMENTS.stream().map(Experiment::name).toList();
      options = BenchOptions.parse(List.of(arguments), names);
    } catch (IllegalArgumentException mistake) {
      System.err.println("bench: " + mistake.getMessage());
      System.exit(USAGE);
      return;
    }
    try (BenchDirectory directory = BenchDirectory.create()) {
      cleanUpWhenInterrupted(directory);
      String surroundings = Surroundings.describe(options.plan(), directory);
      ResultTable table = new ResultTable(measure(options, directory));
      System.out.println(surroundings + "\n\n" + table.text());
      if (options.write()) {
        new BenchmarksPage(Path.of("docs", "benchmarks.md"))
            .replace("\n" + surroundings + "\n\n" + table.markdown());
      }
    }
  }

  private static List<Result> measure(BenchOptions options, BenchDirectory directory)
      throws Exception {
    List<Result> results = new ArrayList<>();
    for (Experiment experiment : EXPERIMENTS) {
      if (options.includes(experiment)) {
        System.err.println("measuring: " + experiment.name());
        results.addAll(experiment.run(options.plan(), directory));
      }
    }
    return results;
  }

  /** Ctrl-C ends the experiment; what it leaves is ended here. */
  private static void cleanUpWhenInterrupted(BenchDirectory directory) {
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  main.interrupt();
                  try {
                    main.join(PATIENCE_MILLIS);
                    directory.close();
                  } catch (IOException | InterruptedException e) {
                    System.err.println("bench: cannot clean up: " + e);
                  }
                },
                "bench-cleanup"));
  }
}
