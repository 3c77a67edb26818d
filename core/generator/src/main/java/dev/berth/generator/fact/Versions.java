package dev.berth.generator.fact;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The versions of QEMU whose whole schema the facts hold, oldest first. */
public final class Versions {
  /** Versions of QEMU. */
  public static final List<String> QEMU = List.of("5.2", "7.2", "10.0", "11.1");

  /** Versions of the guest agent, which no live schema describes. */
  public static final List<String> AGENT = List.of("5.2", "7.2", "10.0");

  private Versions() {}

  /** The versions that the facts of that module may name. */
  public static List<String> of(String module) {
    return module.equals(FactFiles.GUEST_AGENT) ? AGENT : QEMU;
  }

  /** That set of versions, oldest first. */
  public static Set<String> sorted(Collection<String> versions) {
    var sorted = new TreeSet<>(Versions::compare);
    sorted.addAll(versions);
    return Collections.unmodifiableSet(sorted);
  }

  /** Negative when the first is older. */
  public static int compare(String one, String other) {
    String[] left = one.split("\\.");
    String[] right = other.split("\\.");
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      int order = Integer.compare(Integer.parseInt(left[i]), Integer.parseInt(right[i]));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length, right.length);
  }
}
