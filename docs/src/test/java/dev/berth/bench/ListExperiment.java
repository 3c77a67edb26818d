package dev.berth.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code vmctl list} of few and of many domains, against a JVM that prints one line. */
final class ListExperiment implements Experiment {
  private static final List<Integer> DOMAINS = List.of(50, 1000);

  /** What {@code ./vmctl} gives the JVM of a short command. */
  private static final List<String> JAVA =
      List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseG1GC",
          "-XX:-UsePerfData",
          "-Xshare:auto");

  @Override
  public String name() {
    return "list";
  }

  @Override
  public List<Result> run(Plan plan, BenchDirectory directory) throws Exception {
    List<Result> results = new ArrayList<>();
    try (BenchDaemon daemon = BenchDaemon.start(directory.resolve("list"))) {
      int defined = 0;
      for (int domains : DOMAINS) {
        for (; defined < domains; defined++) {
          BenchHost.defineSmall(daemon.host(), daemon.home(), defined);
        }
        results.add(measure(plan, daemon, domains));
      }
    }
    return results;
  }

  private static Result measure(Plan plan, BenchDaemon daemon, int domains) throws Exception {
    List<String> script = daemon.vmctl("list");
    List<String> hello = hello();
    Series scriptTimes = plan.series();
    Series helloTimes = plan.series();
    for (int round = 0; round < plan.rounds(); round++) {
      scriptTimes.add(BenchDaemon.run(script));
      helloTimes.add(BenchDaemon.run(hello));
    }
    return Result.pairs(
        "./vmctl list of " + domains + " domains, against a JVM's hello world",
        Unit.MILLISECONDS,
        scriptTimes,
        helloTimes,
        new Target.AtMost(150, Unit.MILLISECONDS));
  }

  private static List<String> hello() {
    return command("-cp", System.getProperty("java.class.path"), HelloWorld.class.getName());
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(JAVA);
    command.addAll(List.of(arguments));
    return command;
  }
}
