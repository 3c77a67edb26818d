package dev.berth.bench;

import java.util.List;

/** One thing to measure. It makes what it needs in the directory, and ends it. */
interface Experiment {

  /** What it is called on the command line. */
  String name();

  /**
   * Makes it.
   *
   * @throws InterruptedException when it shall not be finished
   */
  List<Result> run(Plan plan, BenchDirectory directory) throws Exception;
}
