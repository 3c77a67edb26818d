package dev.berth.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code vmctl list} of 50 domains, against a JVM that prints one line. */
final class ListExperiment implements Experiment {
  private static final int DOMAINS = 50;

  /** What {@code ./vmctl} gives the JVM of a short command. */
  private static final List<String> JAVA =
      List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-XX:-UsePerfData",
          "-Xshare:auto");

  @Override
  public String name() {
    return "list";
  }

  @Override
  public List<Result> run(Plan plan, BenchDirectory directory) throws Exception {
    try (BenchDaemon daemon = BenchDaemon.start(directory.resolve("list"))) {
      for (int number = 0; number < DOMAINS; number++) {
        BenchHost.defineSmall(daemon.host(), daemon.home(), number);
      }
      List<String> script = daemon.vmctl("list");
      List<String> hello = hello();
      Series scriptTimes = plan.series();
      Series helloTimes = plan.series();
      for (int round = 0; round < plan.rounds(); round++) {
        scriptTimes.add(BenchDaemon.run(script));
        helloTimes.add(BenchDaemon.run(hello));
      }
      return List.of(
          Result.pairs(
              "./vmctl list of " + DOMAINS + " domains, against a JVM's hello world",
              Unit.MILLISECONDS,
              scriptTimes,
              helloTimes,
              new Target.AtMost(150, Unit.MILLISECONDS)));
    }
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
