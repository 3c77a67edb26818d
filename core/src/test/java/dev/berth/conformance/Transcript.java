package dev.berth.conformance;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one scenario made one QEMU do: the commands that succeeded, those that it refused, and the
 * events that were waited for. Thread-confined.
 */
final class Transcript {
  private final Set<String> executed = new TreeSet<>();
  private final Map<String, String> refused = new TreeMap<>();
  private final Set<String> seen = new TreeSet<>();

  void executed(String command) {
    executed.add(command);
  }

  void refused(String command, String why) {
    refused.putIfAbsent(command, why);
  }

  void seen(String event) {
    seen.add(event);
  }

  void include(Transcript other) {
    executed.addAll(other.executed);
    other.refused.forEach(this::refused);
    seen.addAll(other.seen);
  }

  /** As lines of the record; a command that succeeded once is not called refused. */
  Set<Ran> lines(String scenario) {
    var lines = new TreeSet<Ran>();
    executed.forEach(name -> lines.add(new Ran(scenario, Ran.How.EXECUTED, name, "")));
    seen.forEach(name -> lines.add(new Ran(scenario, Ran.How.SEEN, name, "")));
    refused.forEach(
        (name, why) -> {
          if (!executed.contains(name)) {
            lines.add(new Ran(scenario, Ran.How.REFUSED, name, why));
          }
        });
    return lines;
  }
}
