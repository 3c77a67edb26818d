package dev.berth.docs;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which classes of one package depend on each other, directly or by way of others of it. */
final class ClassCycles {
  private final String owner;
  private final Map<String, Set<String>> uses = new TreeMap<>();

  private ClassCycles(String owner) {
    this.owner = owner;
    for (JavaClass each : BerthClasses.all()) {
      if (isOurs(each)) {
        Set<String> used = uses.computeIfAbsent(name(each), none -> new TreeSet<>());
        each.getDirectDependenciesFromSelf().stream()
            .map(Dependency::getTargetClass)
            .filter(this::isOurs)
            .map(this::name)
            .forEach(used::add);
      }
    }
  }

  /**
   * The cycles of that package, each as the names of its classes; nested ones are their owners'.
   */
  static Set<Set<String>> of(String owner) {
    return new ClassCycles(owner).all();
  }

  private boolean isOurs(JavaClass type) {
    return type.getPackageName().equals(owner) && !type.isArray();
  }

  private String name(JavaClass type) {
    return type.getName().substring(owner.length() + 1).replaceAll("\\$.*", "");
  }

  private Set<Set<String>> all() {
    Map<String, Set<String>> reached = new TreeMap<>();
    uses.keySet().forEach(each -> reached.put(each, reachedFrom(each)));
    Set<Set<String>> cycles = new HashSet<>();
    for (String each : uses.keySet()) {
      Set<String> cycle = new TreeSet<>(reached.get(each));
      cycle.removeIf(other -> !reached.get(other).contains(each));
      if (cycle.size() > 1) {
        cycles.add(cycle);
      }
    }
    return cycles;
  }

  private Set<String> reachedFrom(String start) {
    Set<String> reached = new TreeSet<>();
    Deque<String> next = new ArrayDeque<>(uses.get(start));
    while (!next.isEmpty()) {
      String each = next.pop();
      if (reached.add(each)) {
        next.addAll(uses.get(each));
      }
    }
    return reached;
  }
}
