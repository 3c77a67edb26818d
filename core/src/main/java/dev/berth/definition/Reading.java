package dev.berth.definition;

import dev.berth.error.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** One pass over one document: what went wrong so far, and which names and ports are taken. */
final class Reading {
  /** More help nobody: a document with as many problems is no definition. */
  static final int MAX_PROBLEMS = 100;

  private final Path baseDirectory;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, String> pathByClaim = new HashMap<>();
  private final HostPorts hostPorts = new HostPorts();
  private int problemCount;

  Reading(Path baseDirectory) {
    this.baseDirectory = baseDirectory;
  }

  /** The directory that relative paths start from. */
  Path baseDirectory() {
    return baseDirectory;
  }

  /** Takes a problem up; it is made only when there is still room to list it. */
  void report(Supplier<Problem> problem) {
    problemCount++;
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(problem.get());
    }
  }

  /** How many problems were reported. */
  int problemCount() {
    return problemCount;
  }

  /**
   * Takes something that there is only one of in a definition.
   *
   * @param path who takes it
   * @return who took it before; empty when it was free
   */
  Optional<String> claim(String what, String path) {
    return Optional.ofNullable(pathByClaim.putIfAbsent(what, path));
  }

  /** The ports of the host that the definition listens on. */
  HostPorts hostPorts() {
    return hostPorts;
  }

  /** What was reported, in document order, cut to the first hundred. */
  List<Problem> problems() {
    List<Problem> ordered = new ArrayList<>(problems);
    ordered.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
    if (problemCount > problems.size()) {
      ordered.add(
          Problem.at(
              "", "and " + (problemCount - problems.size()) + " more problems: mend these first"));
    }
    return ordered;
  }
}
