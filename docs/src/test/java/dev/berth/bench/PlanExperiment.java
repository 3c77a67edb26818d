package dev.berth.bench;

import dev.berth.engine.BackupPlanning;
import java.util.List;

/** What it takes to plan a backup of a domain with a long past. Nothing of it is done. */
final class PlanExperiment implements Experiment {
  private static final int DISKS = 10;
  private static final int CHECKPOINTS = 1000;
  private static final int CHAIN = 200;

  @Override
  public String name() {
    return "plan";
  }

  @Override
  public List<Result> run(Plan plan, BenchDirectory directory) {
    BackupPlanning past = BackupPlanning.of(DISKS, CHECKPOINTS, CHAIN);
    Series times = plan.series();
    for (int round = 0; round < plan.rounds(); round++) {
      Stopwatch time = Stopwatch.start();
      long planned = past.plan();
      times.add(time.millis());
      if (planned != DISKS) {
        throw new IllegalStateException("only " + planned + " disks are incremental");
      }
    }
    return List.of(
        Result.alone(
            "plan of a backup of "
                + DISKS
                + " disks, over "
                + CHAIN
                + " images and "
                + CHECKPOINTS
                + " checkpoints of each",
            Unit.MILLISECONDS,
            times.estimate(),
            new Target.AtMost(100, Unit.MILLISECONDS)));
  }
}
