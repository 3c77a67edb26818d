package dev.berth.config.doctor;

import dev.berth.doctor.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether a host may make control groups below its own: cgroup v2, delegated. */
final class ControlGroupFinding {
  private static final String CHECK = "control group";
  private static final String WITHOUT = ": machines share the host's control group";

  private final Path root;
  private final Path process;

  /**
   * Examines control groups.
   *
   * @param root where they are mounted: {@code /sys/fs/cgroup}
   * @param process directory of the host's process in {@code /proc}
   */
  ControlGroupFinding(Path root, Path process) {
    this.root = root;
    this.process = process;
  }

  Finding examine() {
    if (!Files.exists(root.resolve("cgroup.controllers"))) {
      return Finding.note(
          CHECK,
          "cgroup v2 is not mounted at " + root + WITHOUT,
          "nothing, or boot with systemd.unified_cgroup_hierarchy=1");
    }
    Path own;
    try {
      own = own(Files.readAllLines(process.resolve("cgroup")));
    } catch (IOException hidden) {
      return Finding.note(
          CHECK, "cannot be told: " + hidden, "run this as the user who runs the host");
    }
    if (!Files.isWritable(own) || !Files.isWritable(own.resolve("cgroup.procs"))) {
      return Finding.note(
          CHECK,
          own + " is not delegated to this user" + WITHOUT,
          "nothing, or Delegate=yes in the unit that runs the host");
    }
    return Finding.ok(CHECK, own + " is delegated to this user");
  }

  /** The group named by a line such as {@code 0::/system.slice/berth.service}. */
  private Path own(List<String> lines) {
    for (String line : lines) {
      if (line.startsWith("0::/")) {
        return root.resolve(line.substring("0::/".length()));
      }
    }
    return root;
  }
}
